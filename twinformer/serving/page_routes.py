"""The web page, and what it asks for. All of it comes from this process: no CDN, no build step."""
import asyncio
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from .bodies import NextBody, TextBody
from .service import Service
from .views import attention_view, next_view, run_view, token_view

__all__ = ["add_page"]

PAGE = Path(__file__).with_name("page")
# Nothing from elsewhere is loaded, and nobody frames the page
SECURE = {"Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
          "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
          "Referrer-Policy": "no-referrer"}


def add_page(app: FastAPI, service: Service) -> None:
    """GET /, and the views behind it."""
    turn = asyncio.Lock()       # one view at a time: the engine writes meanwhile

    @app.get("/")
    async def to_the_page():
        return RedirectResponse("page/")

    @app.get("/page/")
    async def page():
        return FileResponse(PAGE / "index.html", headers=SECURE)

    app.mount("/page", StaticFiles(directory=PAGE), name="page")

    @app.get("/api/about")
    async def about():
        config = service.config
        return {"name": service.name, "writes": service.engine is not None,
                "classifies": service.classifier is not None,
                "embeds": service.encoder is not None, "run": service.folder is not None,
                "kind": getattr(config, "kind", ""), "about": service.about,
                "context": getattr(config, "context_length", None),
                "parameters": config.parameter_count() if config is not None else None}

    @app.post("/api/tokens")
    async def tokens(body: TextBody):
        return await asyncio.to_thread(token_view, service, body.text)

    @app.post("/api/next")
    async def next_tokens(body: NextBody):
        if service.next_logits is None:
            raise HTTPException(400, f"{service.name} does not write texts")
        async with turn:
            return await asyncio.to_thread(next_view, service, body.text, body.count,
                                           body.temperature)

    @app.post("/api/attention")
    async def attention(body: TextBody):
        if service.attention is None:
            raise HTTPException(400, f"{service.name} does not write texts; attention is drawn "
                                     "for models that do")
        async with turn:
            return await asyncio.to_thread(attention_view, service, body.text)

    @app.get("/api/run")
    async def run():
        return await asyncio.to_thread(run_view, service.folder)
