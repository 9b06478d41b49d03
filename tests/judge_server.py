"""A language model's server that does what servers do on a bad day."""
import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Reply", "judge_server"]


class Reply:
    """How to answer one request: Reply(status, body, headers), or one of the ways below."""

    def __init__(self, status=200, body=b"", **headers):
        self.status, self.body, self.headers = status, body, headers

    def send(self, handler):
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)


class Hangs(Reply):
    """Takes the question and says nothing."""

    def send(self, handler):
        time.sleep(2)


class Drips(Reply):
    """A byte now and then: never silent for long, never done."""

    def send(self, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)


class Cuts(Reply):
    """Closes the connection, before or in the middle of its answer."""

    def __init__(self, said=0):
        self.said = said

    def send(self, handler):
        if self.said:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"choices"')
            handler.wfile.flush()
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)


class Endless(Reply):
    def send(self, handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"y" * 65536)


Reply.hangs, Reply.drips, Reply.endless = Hangs(), Drips(), Endless()
Reply.cuts, Reply.cuts_late = Cuts(), Cuts(10)


class Judge(BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.turn:
            server.asked.append((self.path, dict(self.headers), content))
            said = server.script(content, len(server.asked))
        if isinstance(said, str):
            message = {"role": "assistant", "content": said}
            said = Reply(200, json.dumps(
                {"message": message} if self.path.endswith("/api/chat")
                else {"choices": [{"message": message}]}).encode())
        with suppress(BrokenPipeError, ConnectionResetError):
            said.send(self)

    def log_message(self, *what):
        pass


@contextmanager
def judge_server(script):
    """-> (its address, the list of requests: path, headers, content)

    script : (content, how many requests so far) -> what the model says, or a
        Reply; or a list of those, one for each request.
    """
    if not callable(script):
        replies = list(script)

        def script(content, times):
            return replies[min(times, len(replies)) - 1]

    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    server.daemon_threads, server.block_on_close = True, False
    server.script, server.asked, server.turn = script, [], threading.Lock()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
