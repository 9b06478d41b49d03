"""The address of a model's server, and which of two ways to ask it has."""
from urllib.parse import urlsplit

__all__ = ["address"]


def address(url: str, protocol: str = "auto") -> tuple[str, str]:
    """The address to post to, and "openai" or "ollama"

    A whole address is left as it is. Port 11434 is Ollama's.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise ValueError(f"{url!r} is no address: {problem}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a server; expected one "
                         "such as http://localhost:11434")
    if parts.username or parts.password:
        raise ValueError("an address must not hold a name or password; put "
                         "the key into an environment variable")
    if protocol not in ("auto", "openai", "ollama"):
        raise ValueError(f"protocol must be auto, openai or ollama, got "
                         f"{protocol!r}")
    path = parts.path.rstrip("/")
    if protocol == "auto":
        ollama = path.endswith(("/api", "/api/chat")) or (
            port == 11434 and not path)
        protocol = "ollama" if ollama else "openai"
    if protocol == "ollama" and not path.endswith("/api/chat"):
        path = path.removesuffix("/api") + "/api/chat"
    if protocol == "openai" and not path.endswith("/chat/completions"):
        path = (path or "/v1") + "/chat/completions"
    return parts._replace(path=path, fragment="").geturl(), protocol
