"""What is here, and how it is: GET /v1/models, /health and /metrics."""
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from .metrics import Metrics
from .service import Service

__all__ = ["add_overview", "same_model"]


def add_overview(app: FastAPI, service: Service, metrics: Metrics) -> None:
    def entry() -> dict[str, Any]:
        return {"id": service.name, "object": "model", "created": service.created,
                "owned_by": "twinformer"}

    @app.get("/v1/models")
    async def models():
        return {"object": "list", "data": [entry()]}

    @app.get("/v1/models/{name:path}")
    async def one_model(name: str):
        same_model(service, name)
        return entry()

    @app.get("/health")
    async def health():
        alive = service.engine is None or service.engine.thread.is_alive()
        return JSONResponse({"status": "ok" if alive else "the engine has stopped"},
                            200 if alive else 503)

    @app.get("/metrics")
    async def counted():
        if service.engine is not None:
            metrics.waiting.set(len(service.engine.waiting))
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def same_model(service: Service, name: str | None) -> None:
    """404 for another model than the one that is here. The name goes nowhere else."""
    if name not in (None, "", service.name):
        raise HTTPException(404, f"there is no model {name!r:.100} here; there is "
                                 f"{service.name!r}")
