"""Walk one text through a tiny model, forward and back, and print every array.

The reference's numbers stand on the left, the twin's on the right, and the
largest difference below them. Nothing is needed: the model is new, its
vocabulary is the text's own characters.

  twinformer walk "hello"
  twinformer walk "to be or not to be" --blocks 2
  twinformer walk "hello" --kind llama
  twinformer walk "def f(x):" --model runs/run-1

Of a GPT-2 every single step is shown, of other kinds what each layer returns.
"""
from typing import Literal

from ...architectures.kinds import KINDS

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument(
        "text", type=str, help="the text to walk through; - reads it from standard input")
    parser.add_argument(
        "--model", type=str, help="walk through this trained model, a run or gpt2, not a new one")
    parser.add_argument(
        "--blocks", type=int, default=1,
        help="show this many blocks array by array, the others in one line")
    parser.add_argument("--kind", type=Literal[tuple(KINDS)], default="gpt2",
                        help="architecture of the new model")
    parser.add_argument("--d_model", type=int, default=8, help="width of the new model")
    parser.add_argument("--n_heads", type=int, default=2, help="its attention heads")
    parser.add_argument("--n_layers", type=int, default=2, help="its blocks")
    parser.add_argument("--seed", type=int, default=0, help="of its weights")
    parser.add_argument(
        "--dtype", choices=["float64", "float32"], default="float64",
        help="the arithmetic of both sides")


def run(arguments) -> int:
    from ..console import given_text, never_fail_to_print
    from .model import MOST_TOKENS, new, trained

    never_fail_to_print()
    text = given_text(arguments.text)
    if arguments.blocks < 0:
        raise ValueError(f"--blocks must not be negative, got {arguments.blocks}")
    if arguments.seed < 0:
        raise ValueError(f"--seed must not be negative, got {arguments.seed}")
    if not text:
        raise ValueError("the text is empty; try twinformer walk \"hello\"")
    config, parameters, tokenizer = trained(arguments) if arguments.model else new(arguments, text)

    ids = tokenizer.encode_ordinary(text)
    most = min(MOST_TOKENS, config.context_length)
    if len(ids) < 2:
        raise ValueError(
            f"the text is one token long, and a walk needs two, one to read and one to predict; "
            f"got {text!r}")
    if len(ids) > most + 1:
        raise ValueError(
            f"the text is {len(ids)} tokens long and a walk shows {most + 1} at most; "
            f"give a shorter text")
    return walk(config, parameters, tokenizer, ids, arguments)


def walk(config, parameters, tokenizer, ids, arguments) -> int:
    """Print the walk; 0 if both sides agree, else 1."""
    import numpy as np
    import torch

    from ...backend import implementation
    from .labels import COLUMNS, spelled
    from .tours import tour_of

    reference, twin = implementation("numpy"), implementation("torch")
    model = reference.new_model(config, seed=None).to(np.dtype(arguments.dtype))
    model_t = twin.new_model(config, seed=None).to(getattr(torch, arguments.dtype))
    reference.set_parameters(model, parameters)
    twin.set_parameters(model_t, parameters)

    kind = tour_of(config)
    ours, theirs = kind.passes(model, model_t, np.array([ids]))
    weights = dict(model.named_gradients())
    twin.learning_gradients(model_t)    # 0 where there is none: an expert that nobody chose
    weights_t = {name: np.asarray(weight.grad) for name, weight in model_t.named_parameters()}

    vocabulary = [spelled(tokenizer, token) for token in range(min(config.vocab_size, COLUMNS))]
    page = kind([spelled(tokenizer, token) for token in ids], vocabulary,
                np.finfo(arguments.dtype).eps)
    shown = min(arguments.blocks, config.n_layers)
    page.introduction(config, arguments, model)
    page.token_table(ids)
    for name, array in ours.arrays.items():  # all of them, also those that are not shown
        page.difference(name, array, theirs.arrays[name])
    for name, array in ours.gradients.items():
        page.difference(f"d {name}", array, theirs.gradients[name])
    page.forward(ours, theirs, config, shown)
    page.backward(ours, theirs, config, shown)
    page.parameter_gradients(weights, weights_t)
    return page.verdict(arguments)
