"""Serve a model over HTTP, in OpenAI's words, for many clients at once.

  twinformer serve runs/run-1
  twinformer serve qwen3-0.6b --port 8080
  twinformer serve runs/instruct-1 --backend numpy
  twinformer serve runs/classify-1        POST /classify
  twinformer serve bert-base-uncased      POST /v1/embeddings

Then, from another terminal,

  curl http://127.0.0.1:8000/v1/completions -H "Content-Type: application/json" \\
       -d '{"prompt": "def main(", "max_tokens": 40}'

or any client of OpenAI's, with base_url http://127.0.0.1:8000/v1. Texts of all
clients are written together; each may join and leave between two tokens.
Ctrl-C or SIGTERM ends it once what runs is finished.
"""
import os
import sys

from ..answering_options import add_place, add_template

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("model", type=str, help="a run, published weights, or a folder or "
                        ".gguf file of weights")
    parser.add_argument("--host", type=str, default="127.0.0.1",
                        help="the address to listen on; 0.0.0.0 lets other machines in")
    parser.add_argument("--port", type=int, default=8000, help="0 takes any that is free")
    parser.add_argument("--name", type=str,
                        help="what clients call the model; left out, as its folder or file "
                             "is called")
    parser.add_argument("--api_key", type=str, metavar="KEY",
                        help="what clients have to know; better in TWINFORMER_API_KEY, where "
                             "nobody sees it in the list of processes")
    add_template(parser, "a conversation")
    parser.add_argument("--max_texts", type=int, default=32, help="texts written at once")
    parser.add_argument("--max_waiting", type=int, default=128,
                        help="requests that may wait for their turn; more are sent away (503)")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds of an answer")
    parser.add_argument("--max_body", type=int, default=1_000_000, help="bytes of a request")
    parser.add_argument("--allow_origin", type=str, nargs="*", default=[], metavar="URL",
                        help="web pages from elsewhere that browsers let ask this server")
    add_place(parser)


def run(arguments) -> None:
    from ...generation.options import check_whole
    from ...io.extras import library

    check_whole("max_texts", arguments.max_texts, 1, "32 is usual")
    check_whole("max_waiting", arguments.max_waiting, 1, "128 is usual")
    check_whole("max_body", arguments.max_body, 1000, "a million is usual")
    if not arguments.timeout > 0:
        raise ValueError(f"--timeout must be above 0 seconds, got {arguments.timeout}")
    if not 0 <= arguments.port < 65536:
        raise ValueError(f"--port must lie between 0 and 65535, got {arguments.port}")
    for name in ("fastapi", "uvicorn", "prometheus_client"):
        library(name, "serve", "to serve a model")
    from ...serving.app import create_app
    from ...serving.metrics import Metrics
    from ...serving.server import listening_socket, serve_until_told
    from .opening import open_service

    here = listening_socket(arguments.host, arguments.port)
    metrics = Metrics()
    service, where = open_service(
        arguments.model, name=arguments.name, backend=arguments.backend,
        device=arguments.device, template=arguments.template, metrics=metrics,
        max_texts=arguments.max_texts, max_waiting=arguments.max_waiting)
    key = arguments.api_key or os.environ.get("TWINFORMER_API_KEY") or None
    app = create_app(service, metrics=metrics, api_key=key, max_body=arguments.max_body,
                     seconds=arguments.timeout, allow_origins=tuple(arguments.allow_origin))
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(f"{service.name} ({arguments.backend} on {where}) at "
          f"http://{host}:{here.getsockname()[1]}", flush=True)
    if key is None and arguments.host not in ("127.0.0.1", "localhost", "::1"):
        print("whoever reaches this address may ask: TWINFORMER_API_KEY sets a key",
              file=sys.stderr)
    serve_until_told(app, service, here)
