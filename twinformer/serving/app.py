"""The application: the guard, the routes, and how mistakes are said."""
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .engine import Full
from .guard import Guard
from .judging_routes import add_judging
from .metrics import Metrics
from .overview_routes import add_overview
from .page_routes import add_page
from .replies import error
from .service import Service
from .writing_routes import add_writing

__all__ = ["create_app"]


def create_app(service: Service, *, metrics: Metrics, api_key: str | None = None,
               max_body: int = 1_000_000, body_seconds: float = 30.0, seconds: float = 300.0,
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
    body_seconds
        That a request's body may take to come.
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
    app.add_middleware(Guard, api_key=api_key, max_body=max_body,
                       body_seconds=body_seconds, metrics=metrics)
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
