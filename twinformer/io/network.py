"""What went wrong on the network: in words that help, and whether to try again.

Sources: RFC 9110, section 15 (status codes), RFC 6585 (429), RFC 8470 (425).
"""

__all__ = ["PASSING", "in_words", "is_passing"]

# Worth another try: the server is busy, or broken for a moment.
PASSING = {408, 425, 429, 500, 502, 503, 504}


def in_words(problem: Exception) -> str:
    """A message without the insides of three libraries."""
    import requests.exceptions as of

    text = str(problem)
    if isinstance(problem, of.HTTPError) and problem.response is not None:
        answer = problem.response
        return f"answered {answer.status_code} {answer.reason or ''}".rstrip()
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


def is_passing(problem: BaseException) -> bool:
    """Whether the same request may succeed a little later.

    A server that was there and cut, stalled or was busy may be well again
    soon. A name that is not known, a refused connection, a proxy that is
    away or a certificate will be no different in a few seconds.
    """
    import requests.exceptions as of

    if isinstance(problem, of.HTTPError) and problem.response is not None:
        return problem.response.status_code in PASSING
    if isinstance(problem, (of.ProxyError, of.SSLError, of.ConnectTimeout)):
        return False
    if isinstance(problem, (of.ReadTimeout, of.ChunkedEncodingError)):
        return True
    return isinstance(problem, of.ConnectionError) and (
        "Connection aborted" in str(problem)
        or "Read timed out" in str(problem))
