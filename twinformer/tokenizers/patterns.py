"""How text is cut before byte-pair merging.

Merges never cross these cuts. Without them the commonest merges would glue
the end of one word to the start of the next ("e t", "of the"), and "dog",
"dog." and "dog!" would each learn a token of their own. Every model family
has its own cut; a vocabulary is right only with the pattern it was made with.

Reading the patterns: ``\\p{L}`` is a letter of any script, ``\\p{N}`` a digit
or number, ``\\s`` white space. A space belongs to the word that follows it.
``\\s+(?!\\S)`` takes all white space of a run but its last character, which is
left for the next word.

Which characters are letters grows with each version of Unicode: on characters
that Unicode 16 did not have yet, two libraries may cut differently.
"""
import regex

__all__ = ["PATTERNS", "compile_pattern"]

_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACE = r"\s*[\r\n]+|\s+(?!\S)|\s+"

PATTERNS = {
    # GPT-2 (Radford et al. 2019): English suffixes, then letters, digits or
    # other signs, each with the space before it.
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+"
            r"|\s+(?!\S)|\s+",
    # GPT-4: any sign may lead a word, numbers have at most three digits, and
    # line ends stay together.
    "cl100k": rf"{_SUFFIX}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}"
              rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACE}",
    # GPT-4o: a word also ends where lower case turns into upper case.
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_SUFFIX}?"
             rf"|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_SUFFIX}?"
             rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACE}",
    # Qwen 2 to 3: as GPT-4, but every digit by itself.
    "qwen": rf"{_SUFFIX}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}"
            rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACE}",
}
PATTERNS["llama3"] = PATTERNS["cl100k"]


def compile_pattern(pattern: str) -> regex.Pattern:
    """A pattern's name, or a regular expression, ready for ``findall``.

    Raises ValueError where it is neither, or where ``findall`` would return
    groups in place of whole pieces.
    """
    try:
        compiled = regex.compile(PATTERNS.get(pattern, pattern))
    except regex.error as error:
        raise ValueError(
            f"pattern must be one of {sorted(PATTERNS)} or a regular "
            f"expression, but {pattern!r} is neither: {error}") from None
    if compiled.groups:
        raise ValueError(f"pattern {pattern!r} has capturing groups; "
                         "write (?:...) for (...)")
    return compiled
