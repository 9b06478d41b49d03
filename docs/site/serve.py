"""Show the book that was built: python -m docs.site.serve [--port 8000]

Over HTTP the search is Pagefind's, which finds Chinese words; a page that is opened from the disk
has Sphinx's.
"""
import argparse
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from docs.site.places import here

__all__ = ["main"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        pass


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m docs.site.serve",
                                     description="Show the book that was built.")
    parser.add_argument("--port", type=int, default=8000, help="8000 unless said otherwise")
    options = parser.parse_args(arguments)
    folder = here().build / "html"
    if not (folder / "index.html").is_file():
        print(f"expected a book in {folder}, and there is none yet: make docs", file=sys.stderr)
        return 1
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port),
                                     functools.partial(Quiet, directory=str(folder)))
    except OSError as error:
        print(f"port {options.port} cannot be opened ({error}); another one: --port "
              f"{options.port + 1}", file=sys.stderr)
        return 1
    print(f"the book is at http://127.0.0.1:{options.port}; Ctrl-C ends it", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
