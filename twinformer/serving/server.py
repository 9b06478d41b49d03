"""uvicorn with our application, and an end in good order."""
import signal
import socket
import sys

import uvicorn

from .service import Service

__all__ = ["listening_socket", "serve_until_told"]

GRACE = 30      # seconds for what runs when the end is asked for


def listening_socket(host: str, port: int) -> socket.socket:
    """Bound before the model is read: a port that is taken is said at once.

    Raises
    ------
    OSError
        Somebody listens there already, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    here = socket.socket(family, socket.SOCK_STREAM)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        here.bind((host, port))
    except OSError as problem:
        here.close()
        raise OSError(f"cannot listen on {host} port {port} ({problem.strerror or problem}); "
                      "choose another --port, or 0 for any that is free") from problem
    here.listen(2048)   # now: uvicorn alone would refuse a crowd that comes at once
    return here


def serve_until_told(app, service: Service, here: socket.socket) -> None:
    """Until SIGINT or SIGTERM: then nobody is let in any more, and what runs is finished."""
    if service.engine is not None:
        service.engine.start()
    config = uvicorn.Config(app, log_level="warning", access_log=False,
                            timeout_graceful_shutdown=GRACE, timeout_keep_alive=30)
    server = uvicorn.Server(config)
    # uvicorn raises the signal again when all is done, which would end us before the engine
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        server.run(sockets=[here])
    finally:
        if service.engine is not None:
            service.engine.stop(seconds=GRACE)
        print("the server has ended", file=sys.stderr)
