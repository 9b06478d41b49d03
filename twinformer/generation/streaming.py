"""From a stream of token ids to a stream of text, as fast as they come.

A token may end in the middle of a character (a byte-level tokenizer cuts
"é" or an emoji into several tokens), so text can only be shown up to the
last complete character. Neutral: the twin re-exports this file.
"""
from collections.abc import Collection, Iterable, Iterator

__all__ = ["stream_text"]


def stream_text(tokenizer, ids: Iterable[int],
                stop: Collection[int] = ()) -> Iterator[str]:
    """Yield the text of each id as soon as it is complete.

    Parameters
    ----------
    tokenizer : any tokenizer of text/
    ids : token ids, for example what `generate` yields
    stop : ids that end the text and are no part of it

    Yields
    ------
    str
        One piece for each id, empty while a character is incomplete, and
        at the end what was left over. Joined, they are the decoded text.
    """
    decoder = tokenizer.stream_decoder()
    for token in ids:
        if token in stop:
            break
        yield decoder.add(token)
    yield decoder.finish()
