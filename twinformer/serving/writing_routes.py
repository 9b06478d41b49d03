"""Texts: POST /v1/completions and /v1/chat/completions."""
import asyncio
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from .bodies import ChatBody, CompletionBody
from .metrics import Metrics
from .overview_routes import same_model
from .replies import Reply
from .service import Service
from .waiting import Jobs, server_sent

__all__ = ["add_writing"]


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
        requests = await asyncio.to_thread(service.completion_requests, body)
        echoed = [prompt if isinstance(prompt, str) else service.tokenizer.decode(prompt)
                  for prompt in body.prompts] if body.echo else []
        return await answer(http, requests, body,
                            Reply(False, service.name, service.tokenizer, echoed))

    @app.post("/v1/chat/completions")
    async def chat(body: ChatBody, http: Request):
        same_model(service, body.model)
        writes()
        request = await asyncio.to_thread(service.chat_request, body)
        return await answer(http, [request], body,
                            Reply(True, service.name, service.tokenizer))


async def disconnected(http: Request) -> None:
    """Until the client has gone."""
    while True:
        message = await http.receive()
        if message["type"] == "http.disconnect":
            return
