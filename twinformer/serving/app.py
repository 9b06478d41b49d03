"""The routes: OpenAI's, and a few of our own."""
import asyncio
import base64
import math
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from .bodies import ChatBody, ClassifyBody, CompletionBody, EmbeddingsBody
from .engine import Full
from .guard import Guard
from .metrics import Metrics
from .page_routes import add_page
from .replies import Reply, error
from .service import Service
from .waiting import Jobs, server_sent

__all__ = ["create_app"]


def create_app(service: Service, *, metrics: Metrics, api_key: str | None = None,
               max_body: int = 1_000_000, seconds: float = 300.0,
               allow_origins: tuple[str, ...] = ()) -> FastAPI:
    """The application.

    Parameters
    ----------
    service
        What is served; its engine runs already.
    api_key
        What clients have to know; None asks for nothing.
    max_body
        Bytes of a request.
    seconds
        That an answer may take.
    allow_origins
        Web pages from elsewhere that a browser lets ask this server; by default none (no CORS).
    """
    app = FastAPI(title="twinformer", docs_url=None, redoc_url=None, openapi_url=None)
    if allow_origins:
        from fastapi.middleware.cors import CORSMiddleware

        app.add_middleware(CORSMiddleware, allow_origins=list(allow_origins),
                           allow_methods=["GET", "POST"], allow_headers=["*"])
    app.add_middleware(Guard, api_key=api_key, max_body=max_body, metrics=metrics)
    add_page(app, service)
    add_errors(app)
    add_overview(app, service, metrics)
    add_writing(app, service, metrics, seconds)
    add_judging(app, service)
    return app


def add_errors(app: FastAPI) -> None:
    """Whatever is wrong is said in OpenAI's form, with a status that fits."""

    @app.exception_handler(RequestValidationError)
    async def bad_body(_: Request, problem: RequestValidationError):
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        said = first["msg"].removeprefix("Value error, ")
        return JSONResponse(error(f"{place}: {said}" if place else said, param=place or None), 400)

    @app.exception_handler(HTTPException)
    async def not_here(_: Request, problem: HTTPException):
        return JSONResponse(error(str(problem.detail)), problem.status_code,
                            headers=problem.headers)

    @app.exception_handler(ValueError)
    @app.exception_handler(TypeError)
    async def bad_wish(_: Request, problem: Exception):
        return JSONResponse(error(str(problem)), 400)

    @app.exception_handler(Full)
    async def full(_: Request, problem: Full):
        return JSONResponse(error(f"the server is busy: {problem}; try again in a second",
                                  "server_busy", "queue_full"), 503, headers={"Retry-After": "1"})

    @app.exception_handler(TimeoutError)
    async def late(_: Request, problem: TimeoutError):
        return JSONResponse(error("the answer took longer than this server allows; ask for fewer "
                                  "tokens", "timeout"), 504)


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


def add_writing(app: FastAPI, service: Service, metrics: Metrics, seconds: float) -> None:
    def writes() -> Any:
        if service.engine is None:
            raise HTTPException(400, f"{service.name} does not write texts: {service.about}")
        return service.engine

    async def answer(http: Request, requests: list, body: Any, reply: Reply):
        jobs = Jobs(writes(), requests, metrics, seconds)
        if body.stream:
            return StreamingResponse(server_sent(jobs, reply, body.tells_usage),
                                     media_type="text/event-stream",
                                     headers={"Cache-Control": "no-cache"})
        done = asyncio.ensure_future(jobs.done())
        gone = asyncio.ensure_future(disconnected(http))
        try:
            await asyncio.wait({done, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                return Response(status_code=499)        # nobody reads it any more
            done.result()
        finally:
            for task in (done, gone):
                task.cancel()
            jobs.cancel()
        return JSONResponse(reply.whole(jobs.jobs))

    @app.post("/v1/completions")
    async def completions(body: CompletionBody, http: Request):
        same_model(service, body.model)
        writes()
        requests = service.completion_requests(body)
        echoed = [prompt if isinstance(prompt, str) else service.tokenizer.decode(prompt)
                  for prompt in body.prompts] if body.echo else []
        return await answer(http, requests, body,
                            Reply(False, service.name, service.tokenizer, echoed))

    @app.post("/v1/chat/completions")
    async def chat(body: ChatBody, http: Request):
        same_model(service, body.model)
        writes()
        return await answer(http, [service.chat_request(body)], body,
                            Reply(True, service.name, service.tokenizer))


async def disconnected(http: Request) -> None:
    """Until the client has gone."""
    while True:
        message = await http.receive()
        if message["type"] == "http.disconnect":
            return


def add_judging(app: FastAPI, service: Service) -> None:
    turn = asyncio.Lock()       # one forward pass at a time

    @app.post("/classify")
    async def classify(body: ClassifyBody):
        if service.classifier is None:
            raise HTTPException(400, f"{service.name} is no classifier; serve a run of twinformer "
                                     "classify")
        texts = [body.texts] if isinstance(body.texts, str) else body.texts
        async with turn:
            found = await asyncio.to_thread(service.classifier.probabilities, texts)
        classes = service.classifier.classes
        return {"model": service.name, "results": [
            {"label": classes[int(row.argmax())],
             "probabilities": dict(zip(classes, row.tolist(), strict=True))} for row in found]}

    @app.post("/v1/embeddings")
    async def embeddings(body: EmbeddingsBody):
        same_model(service, body.model)
        if service.encoder is None:
            raise HTTPException(400, f"{service.name} gives no embeddings; serve a BERT")
        if body.dimensions is not None:
            raise HTTPException(400, "dimensions is not to be had here: a vector is as wide as "
                                     "the model")
        given: Any = body.input
        inputs = [given] if isinstance(given, str) or (given and isinstance(given[0], int)) \
            else given
        if not inputs:
            raise ValueError("input is an empty list; give at least one text")
        async with turn:
            vectors, read = await asyncio.to_thread(service.encoder, inputs)
        return {"object": "list", "model": service.name, "data": [
            {"object": "embedding", "index": index, "embedding": wanted(vector, body)}
            for index, vector in enumerate(vectors)],
            "usage": {"prompt_tokens": read, "total_tokens": read}}


def wanted(vector: np.ndarray, body: EmbeddingsBody) -> list[float] | str:
    if body.encoding_format == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(x) if math.isfinite(x) else 0.0 for x in vector]
