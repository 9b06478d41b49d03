"""A hub on this machine: the answers that huggingface_hub asks for, and the
ways in which a network fails."""
import contextlib
import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Hub", "hub_server"]

COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e"


class Hub:
    """What the server has, and what it was asked.

    Attributes
    ----------
    files : {"owner/name/file": bytes}
    asked : [(method, path, range or None)]
    break_after : int or None
        Hang up once, after that many bytes of a file.
    status : int or None
        Answer everything with this error.
    gated : bool
        Whether it is for want of an accepted licence.
    """

    def __init__(self, files):
        self.files = files
        self.asked = []
        self.break_after = None
        self.status = None
        self.gated = False
        self.url = None

    def downloads(self):
        """The range that each download of a file asked for, None = all of it"""
        return [part for method, path, part in self.asked
                if method == "GET" and "/resolve/" in path]


@contextlib.contextmanager
def hub_server(files):
    """Serve {"owner/name/file": bytes} at hub.url, as the hub does."""
    hub = Hub(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            hub.asked.append((self.command, self.path, self.headers.get("Range")))
            found = re.fullmatch(r"/(.+)/resolve/(?:main|[0-9a-f]{40})/([^?]+)", self.path)
            content = hub.files.get("/".join(found.groups())) if found else None
            if hub.status or content is None:
                self.send_response(hub.status or 404)
                self.send_header("X-Error-Code", "GatedRepo" if hub.gated else
                                 "EntryNotFound" if found else "RepoNotFound")
                self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = 0
            if self.headers.get("Range"):
                start = int(re.match(r"bytes=(\d+)-", self.headers["Range"])[1])
            self.send_response(206 if start else 200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Accept-Ranges", "bytes")
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if body:
                stop = None
                if hub.break_after is not None:
                    stop, hub.break_after = start + hub.break_after, None
                self.wfile.write(content[start:stop])
                if stop is not None:
                    self.wfile.flush()
                    self.close_connection = True
                    self.connection.shutdown(2)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
