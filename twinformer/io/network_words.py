"""What went wrong on the network, in words that help."""

__all__ = ["in_words"]


def in_words(problem: Exception) -> str:
    """A message without the insides of three libraries."""
    import requests.exceptions as of

    text = str(problem)
    if isinstance(problem, of.ProxyError):
        return "the proxy cannot be reached"
    if isinstance(problem, of.SSLError):
        return "its certificate is not accepted"
    if isinstance(problem, of.ConnectTimeout):
        return "no connection in time"
    if isinstance(problem, of.ReadTimeout) or "Read timed out" in text:
        return "stopped answering"
    if isinstance(problem, of.ChunkedEncodingError) or "Incomplete" in text:
        return "the connection was cut"
    if "resolve" in text or "getaddrinfo" in text:
        return "the name is not known (no network?)"
    if isinstance(problem, of.ConnectionError):
        return "no connection"
    return f"{type(problem).__name__}: {text}"
