"""The model that is walked through: a tiny new one, or a trained one."""

__all__ = ["MOST_TOKENS", "WIDER", "new", "trained"]

MOST_TOKENS = 64    # a walk is read, not scrolled past
WIDER = 10          # new weights, in units of GPT-2's initial ones


def new(arguments, text):
    """A tiny model with weights wide enough for the numbers to be seen."""
    from ...models.config import GPT2Config
    from ...models.initialisation import initial_parameters
    from ...tokenizers.characters import CharacterTokenizer

    tokenizer = CharacterTokenizer.from_text(text)
    config = GPT2Config(
        vocab_size=tokenizer.vocab_size, context_length=MOST_TOKENS,
        d_model=arguments.d_model, n_heads=arguments.n_heads,
        n_layers=arguments.n_layers, dropout=0.0)
    parameters = {name: WIDER * array if array.ndim == 2 else array
                  for name, array in initial_parameters(config, arguments.seed).items()}
    return config, parameters, tokenizer


def trained(arguments):
    """The model of a run, or of weights from elsewhere."""
    from ..opening import open_model

    opened = open_model(arguments.model, "numpy")
    return opened.config.model, opened.parameters, opened.tokenizer
