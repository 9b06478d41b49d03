"""What stands in front of every route: how large a body may be, who may ask, what is counted."""
import asyncio
import hmac
from time import monotonic

from ..io.strict_json import json_text
from .metrics import Metrics
from .replies import error

__all__ = ["Guard"]

# Also without a key: load balancers have none, and the page asks for it
OPEN = ("/health", "/page/")


class Guard:
    """ASGI middleware: 401 without the key, 413 for a body too large, 408 for one too slow.

    Parameters
    ----------
    api_key
        What ``Authorization: Bearer`` has to say; None asks for nothing.
    max_body
        Bytes. A body that does not say its length is counted while it comes.
    body_seconds
        That a body may take: whoever sends a byte a minute holds no place.
    """

    def __init__(self, app, *, api_key: str | None, max_body: int, body_seconds: float,
                 metrics: Metrics):
        self.app, self.api_key, self.metrics = app, api_key, metrics
        self.max_body, self.body_seconds = max_body, body_seconds

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start, status = monotonic(), 500
        headers = {name.decode("latin-1"): value.decode("latin-1")
                   for name, value in scope["headers"]}

        async def counted(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if not self.may(scope["path"], headers.get("authorization", "")):
                return await refuse(counted, 401, error(
                    "this server asks for an API key: send it as Authorization: Bearer KEY",
                    "authentication_error", "invalid_api_key"))
            length = headers.get("content-length", "0")
            if length.isdigit() and int(length) > self.max_body:
                return await refuse(counted, 413, self.too_large())
            try:
                body = await asyncio.wait_for(self.whole_body(scope, receive), self.body_seconds)
            except TimeoutError:
                return await refuse(counted, 408, self.too_slow())
            if body is None:
                return await refuse(counted, 413, self.too_large())
            await self.app(scope, given(body, receive), counted)
        finally:
            route = getattr(scope.get("route"), "path", "other")     # not what a client made up
            self.metrics.requests.labels(route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(monotonic() - start)

    def may(self, path: str, authorization: str) -> bool:
        if self.api_key is None or path == "/" or path.startswith(OPEN):
            return True
        return hmac.compare_digest(authorization.encode("latin-1", "replace"),
                                   f"Bearer {self.api_key}".encode())

    async def whole_body(self, scope, receive) -> bytes | None:
        """None where it is too large; b"" where nothing comes."""
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return b""
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.max_body:
                return None
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                return bytes(body)

    def too_slow(self) -> dict:
        return error(f"the body had not come after {self.body_seconds:g} seconds; send it at once",
                     code="request_timeout")

    def too_large(self) -> dict:
        return error(f"the body is larger than {self.max_body:,} bytes; send less at once",
                     code="request_too_large")


def given(body: bytes, receive):
    """A receive that hands the body over, and after it what really comes."""
    handed = False

    async def again():
        nonlocal handed
        if not handed:
            handed = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def refuse(send, status: int, content: dict) -> None:
    body = json_text(content, ensure_ascii=False).encode()
    await send({"type": "http.response.start", "status": status, "headers": [
        (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
        *([(b"connection", b"close")] if status in (408, 413) else [])]})   # its rest is unread
    await send({"type": "http.response.body", "body": body})
