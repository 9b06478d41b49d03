"""A web server that does what servers do on a bad day."""
import hashlib
import io
import socket
import threading
import time
import zipfile
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT = bytes(i * 7 % 251 for i in range(300_000))
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("deep/file.bin", CONTENT)
    return packed.getvalue()


class Handler(BaseHTTPRequestHandler):
    """The path says what goes wrong: /truncates, /stalls, /404, ..."""

    def do_GET(self):
        seen = self.server.seen
        wanted = self.headers.get("Range")
        seen.append((self.path, wanted, self.headers.get("If-Range")))
        what = self.path.rsplit("/", 1)[-1]
        times = sum(path == self.path for path, *_ in seen)
        with suppress(BrokenPipeError, ConnectionResetError):
            getattr(self, what, self.status)(what, wanted, times)

    def status(self, what, wanted, times):
        self.send_response(int(what))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send(self, body, wanted, length=None, stop=None, etag='"one"', ranges=True):
        start = int(wanted[6:-1]) if wanted and ranges else 0
        if start >= len(body):
            return self.status("416", wanted, 0)
        part = body[start:]
        self.send_response(206 if wanted and ranges else 200)
        if wanted and ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(part) if length is None else length))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(part[:stop])
        self.wfile.flush()

    def good(self, what, wanted, times):
        self.send(CONTENT, wanted)

    def zip(self, what, wanted, times):
        self.send(archive(), wanted)

    def truncates(self, what, wanted, times):
        """Says all, gives 100,000 bytes a time."""
        self.send(CONTENT, wanted, stop=100_000)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def truncates_without_ranges(self, what, wanted, times):
        self.send(CONTENT, None, stop=None if times > 2 else 100_000, etag=None, ranges=False)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def always_truncates(self, what, wanted, times):
        self.send(CONTENT, None, stop=100_000, ranges=False)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def stalls(self, what, wanted, times):
        """Falls silent after 100,000 bytes, the first time."""
        if times > 1:
            return self.good(what, wanted, times)
        self.send(CONTENT, wanted, stop=100_000)
        time.sleep(3)

    def new_version(self, what, wanted, times):
        """The file changes between two requests; If-Range tells."""
        if times == 1:
            self.send(b"x" * len(CONTENT), None, stop=100_000, etag='"old"')
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            unchanged = self.headers.get("If-Range") == '"new"'
            self.send(CONTENT, wanted if unchanged else None, etag='"new"')

    def wrong_range(self, what, wanted, times):
        """Answers a range with another one."""
        if times == 1:
            return self.truncates(what, wanted, times)
        self.send(CONTENT, "bytes=5-" if wanted else None)

    def says_less(self, what, wanted, times):
        self.send(CONTENT, None, length=1000, stop=1000)

    def says_more(self, what, wanted, times):
        self.send(CONTENT, None, length=len(CONTENT) + 1000)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def endless(self, what, wanted, times):
        """No length, and no end."""
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"y" * 65536)

    def wrong(self, what, wanted, times):
        self.send(b"<html>log in</html>".ljust(len(CONTENT)), wanted)

    def busy(self, what, wanted, times):
        if times > 2:
            return self.good(what, wanted, times)
        self.send_response(503)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def cuts_everything(self, what, wanted, times):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *what):
        pass


@contextmanager
def bad_server():
    """-> (its address, the list of requests it saw)"""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
