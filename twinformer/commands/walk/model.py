"""The model that is walked through: a tiny new one, or a trained one."""
from dataclasses import fields

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
    """A model of the kind that is asked for; of what one has not been asked, as much as can be
    printed."""
    from ...architectures.kinds import KINDS

    D, H = arguments.d_model, arguments.n_heads
    sizes = {"vocab_size": vocab_size, "context_length": MOST_TOKENS, "d_model": D, "n_heads": H,
             "n_layers": arguments.n_layers, "n_kv_heads": 1, "head_dim": max(2, D // H // 2 * 2),
             "d_hidden": 2 * D, "window_size": 4}
    kind = KINDS[arguments.kind]
    known = {field.name for field in fields(kind.config)}
    return kind.config(**kind.small | {
        name: value for name, value in sizes.items() if name in known})


def trained(arguments):
    """The model of a run, or of weights from elsewhere."""
    from ..opening import open_model

    opened = open_model(arguments.model, "numpy")
    return opened.config.model, opened.parameters, opened.tokenizer
