"""What the command line says in Chinese, where TWINFORMER_LANGUAGE or the locale asks for it.

help.toml      {English: Chinese}: descriptions by paragraph, remarks beside examples, titles,
               options
settings.toml  the same of what docstrings say about settings
errors.toml    {English: Chinese}: messages, with {} for what differs

A sentence that is not in a table stays in English: never a wrong one, and a test finds it.
"""
from .errors import translated_error
from .help import in_own_language, translated

__all__ = ["in_own_language", "translated", "translated_error"]
