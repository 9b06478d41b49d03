"""Text that UTF-8 can hold."""

__all__ = ["repair_surrogates"]


def repair_surrogates(text: str) -> str:
    """Python text may hold half characters (lone surrogates), which UTF-8
    cannot: a pair of them becomes its character, a lone one U+FFFD, as in
    tiktoken."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode(
            "utf-16", "replace")
