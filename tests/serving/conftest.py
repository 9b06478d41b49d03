"""A tiny model that is served, in this process, on a port of its own."""
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from twinformer.backend import implementation
from twinformer.serving.app import create_app
from twinformer.serving.engine import Engine
from twinformer.serving.metrics import Metrics
from twinformer.serving.server import listening_socket
from twinformer.serving.service import Service
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from ..tiny_kinds import tiny_model
from ..tiny_run import one_thread  # noqa: F401


def tiny_service(kind="qwen3", backend="torch", style="chatml", context=64, **options):
    """A Service of a new model of that kind; its engine is not started."""
    from twinformer.corpora.prompts import prompt_style

    package, config = implementation(backend), tiny_model(kind, context_length=context)
    model = package.new_model(config, 3)
    engine = Engine(package.RunningBatch(model), ByteTokenizer(), implementation("numpy"),
                    **{"watch": Metrics().stepped} | options)
    return Service("tiny", ByteTokenizer(), config, engine=engine, style=prompt_style(style))


@contextmanager
def served(service, **options):
    """Its address, as long as this context lasts."""
    app = create_app(service, metrics=Metrics(), **options)
    here = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [here]}, daemon=True)
    if service.engine is not None:
        service.engine.start()
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{here.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        if service.engine is not None:
            service.engine.stop(10)


@pytest.fixture(scope="module")
def tiny():
    """(service, address)"""
    service = tiny_service(context=160)
    with served(service) as address:
        yield service, address


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
