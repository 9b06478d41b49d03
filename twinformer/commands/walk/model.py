"""The model that is walked through: a tiny new one, or a trained one."""
from dataclasses import replace

__all__ = ["MOST_TOKENS", "WIDER", "new", "trained"]

MOST_TOKENS = 64    # a walk is read, not scrolled past
WIDER = 10          # new weights, in units of GPT-2's initial ones


def new(arguments, text):
    """A tiny model with weights wide enough for the numbers to be seen."""
    from ...models.initialisation import initial_parameters
    from ...tokenizers.characters import CharacterTokenizer

    tokenizer = CharacterTokenizer.from_text(text)
    config = tiny(arguments, tokenizer.vocab_size)
    parameters = {name: WIDER * array if array.ndim == 2 else array
                  for name, array in initial_parameters(config, arguments.seed).items()}
    return config, parameters, tokenizer


def tiny(arguments, vocab_size):
    """A model of the kind that is asked for; a window is narrow enough to be seen."""
    from ...architectures.kinds import sized_model

    config = sized_model(
        arguments.kind, vocab_size=vocab_size, context_length=MOST_TOKENS,
        d_model=arguments.d_model, n_heads=arguments.n_heads, n_layers=arguments.n_layers)
    return replace(config, window_size=4) if hasattr(config, "window_size") else config


def trained(arguments):
    """The model of a run, or of weights from elsewhere."""
    from ..opening import open_model

    opened = open_model(arguments.model, "numpy")
    return opened.config.model, opened.parameters, opened.tokenizer
