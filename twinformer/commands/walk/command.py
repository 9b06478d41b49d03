"""Walk one text through a tiny GPT, forward and back, and print every array.

The reference's numbers stand on the left, the twin's on the right, and the
largest difference below them. Nothing is needed: the model is new, its
vocabulary is the text's own characters.

  twinformer walk "hello"
  twinformer walk "to be or not to be" --blocks 2
  twinformer walk "def f(x):" --run runs/run-1
"""
import math

__all__ = ["add_arguments", "run"]

MOST_TOKENS = 64    # a walk is read, not scrolled past
ROWS, COLUMNS = 5, 5  # of each array that are printed
WIDER = 10          # new weights, in units of GPT-2's initial ones

# Each number is the end of a few dozen sums of a few dozen terms, each of
# them rounded: the two sides may part by this many roundings of the largest.
ROUNDINGS = 1000


def add_arguments(parser) -> None:
    parser.add_argument(
        "text", type=str, help="the text to walk through; - reads it from standard input")
    parser.add_argument(
        "--run", type=str, help="walk through this trained model, not a new one")
    parser.add_argument(
        "--blocks", type=int, default=1,
        help="show this many blocks array by array, the others in one line")
    parser.add_argument("--d_model", type=int, default=8, help="width of the new model")
    parser.add_argument("--n_heads", type=int, default=2, help="its attention heads")
    parser.add_argument("--n_layers", type=int, default=2, help="its blocks")
    parser.add_argument("--seed", type=int, default=0, help="of its weights")
    parser.add_argument(
        "--dtype", choices=["float64", "float32"], default="float64",
        help="the arithmetic of both sides")


def run(arguments) -> int:
    from ..console import given_text, never_fail_to_print

    never_fail_to_print()
    text = given_text(arguments.text)
    if arguments.blocks < 0:
        raise ValueError(f"--blocks must not be negative, got {arguments.blocks}")
    if arguments.seed < 0:
        raise ValueError(f"--seed must not be negative, got {arguments.seed}")
    if not text:
        raise ValueError("the text is empty; try twinformer walk \"hello\"")
    config, parameters, tokenizer = trained(arguments) if arguments.run else new(arguments, text)

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
    """The model of a run's newest checkpoint."""
    from ...runs.run_folder import open_run

    opened = open_run(arguments.run)
    return opened.config.model, opened.parameters, opened.tokenizer


def walk(config, parameters, tokenizer, ids, arguments) -> int:
    """Print the walk; 0 if both sides agree, else 1."""
    import numpy as np
    import torch

    from ...backend import implementation
    from .passes import numpy_backward, numpy_forward, torch_pass

    reference, twin = implementation("numpy"), implementation("torch")
    model = reference.GPTModel(config, seed=None).to(np.dtype(arguments.dtype))
    model_t = twin.GPTModel(config, seed=None).to(getattr(torch, arguments.dtype))
    reference.set_parameters(model, parameters)
    twin.set_parameters(model_t, parameters)

    inputs, targets = np.array([ids[:-1]]), np.array([ids[1:]])
    arrays, caches = numpy_forward(model, inputs, targets)
    gradients = numpy_backward(model, arrays, caches, targets)
    arrays_t, gradients_t = torch_pass(model_t, torch.tensor(inputs), torch.tensor(targets))
    weights = dict(model.named_gradients())
    weights_t = {name: np.asarray(weight.grad) for name, weight in model_t.named_parameters()}

    vocabulary = [spelled(tokenizer, token) for token in range(min(config.vocab_size, COLUMNS))]
    page = Page([spelled(tokenizer, token) for token in ids], vocabulary,
                np.finfo(arguments.dtype).eps)
    shown = min(arguments.blocks, config.n_layers)
    page.introduction(config, arguments, model)
    page.token_table(ids)
    for name in arrays:  # all of them, also those that are not shown
        page.difference(name, arrays[name], arrays_t[name])
    for name in gradients:
        page.difference(f"d {name}", gradients[name], gradients_t[name])
    page.forward(arrays, arrays_t, config, shown)
    page.backward(gradients, gradients_t, config, shown)
    page.parameter_gradients(weights, weights_t)
    return page.verdict(arguments)


class Page:
    """The printed walk: numbered steps, each with both sides' numbers."""

    def __init__(self, tokens, vocabulary, eps):
        from rich.console import Console

        self.console = Console(highlight=False, markup=False, emoji=False)
        self.width = min(100, self.console.width) if self.console.is_terminal else 100
        self.labels = [label(token) for token in tokens]
        self.vocabulary = [label(token) for token in vocabulary]
        self.eps = eps
        self.number = 0
        self.compared = set()
        self.worst = (0.0, "nothing")  # in roundings, and where

    def say(self, text="", style=None):
        text = text.rstrip() if isinstance(text, str) else text
        self.console.print(text, style=style, no_wrap=True, overflow="ignore", crop=False,
                           soft_wrap=True)

    def rule(self, title):
        self.say()
        self.say(f"== {title} " + "=" * (self.width - len(title) - 4), "bold")

    def introduction(self, config, arguments, model):
        count = sum(array.size for array in model.parameters())
        origin = f"the model of {arguments.run}" if arguments.run else "a new, untrained GPT"
        self.say(f"One forward and one backward pass through {origin}.")
        if not arguments.run:
            self.say(f"Its weights are random (seed {arguments.seed}), {WIDER} times as large as "
                     "GPT-2 begins with, so that one sees them.")
        self.say()
        self.say(f"blocks {config.n_layers}, width D {config.d_model}, heads H {config.n_heads}, "
                 f"head width K {config.d_model // config.n_heads}, feed-forward width "
                 f"F {4 * config.d_model}, vocabulary V {config.vocab_size},")
        self.say(f"{count:,} parameters, all arithmetic in {arguments.dtype}.")
        self.say("Left: numpy_impl, by hand. Right: torch_impl, by autograd. The files named are "
                 "in both.")

    def token_table(self, ids):
        self.rule("forward: from the text to the loss")
        self.heading("token ids", "ids = encode(text); each position's target is the next one",
                     f"T {len(ids) - 1}", "text/")
        for t in range(min(len(ids) - 1, 2 * ROWS)):
            self.say(f"    position {t}: reads {pad(self.labels[t], 6)} id {ids[t]:<6}"
                     f" shall predict {pad(self.labels[t + 1], 6)} id {ids[t + 1]}")
        if len(ids) - 1 > 2 * ROWS:
            self.say(f"    ... and {len(ids) - 1 - 2 * ROWS} more positions", "dim")

    def forward(self, ours, theirs, config, shown):
        from .steps import FORWARD_BEGIN, FORWARD_BLOCK, FORWARD_END

        for step in FORWARD_BEGIN:
            self.step(step, step.name, ours, theirs)
        for i in range(config.n_layers):
            prefix = f"blocks.{i}."
            self.rule(f"block {i + 1} of {config.n_layers}")
            steps = FORWARD_BLOCK if i < shown else FORWARD_BLOCK[-1:]
            if i >= shown:
                self.say(f"The same steps, with weights of its own: --blocks {i + 1} shows them.")
            for step in steps:
                name = step.name if step.name == "mask" else prefix + step.name
                self.step(step, name, ours, theirs)
        self.rule("the end of the forward pass")
        for step in FORWARD_END:
            if step.name == "logits" and not config.tie_embeddings:
                step = step._replace(formula="logits = x W_head^T")
            self.step(step, step.name, ours, theirs)
        self.say(f"           (believing in all {config.vocab_size} tokens evenly would cost "
                 f"log {config.vocab_size} = {math.log(config.vocab_size):.6f})")

    def backward(self, ours, theirs, config, shown):
        from .steps import BACKWARD, BACKWARD_BLOCK, BACKWARD_END

        self.rule("backward: from the loss to every parameter")
        self.say("dx is the gradient of the loss by x: how fast the loss rises as x does.")
        for step in BACKWARD:
            self.step(step, step.name, ours, theirs, "d ")
        for i in reversed(range(config.n_layers)):
            prefix = f"blocks.{i}."
            self.rule(f"back through block {i + 1} of {config.n_layers}")
            steps = BACKWARD_BLOCK if i < shown else BACKWARD_BLOCK[:1]
            if i >= shown:
                self.say(f"The same steps again (--blocks {i + 1} shows them).")
            for step in steps:
                below = f"blocks.{i - 1}.residual2" if i else "positions"
                name = below if step.name == "input" else prefix + step.name
                self.step(step, name, ours, theirs, "d ")
        self.rule("back at the start")
        for step in BACKWARD_END:
            self.step(step, step.name, ours, theirs, "d ")

    def heading(self, title, formula, shape, file):
        from rich.text import Text

        self.number += 1
        self.say()
        left = f"{self.number:>3}  {title}"
        right = f"({shape})  {file}" if shape else file
        gap = " " * max(2, self.width - len(left) - len(right))
        self.say(Text.assemble((left, "bold cyan"), gap, (right, "dim")))
        self.say(f"     {formula}", "yellow")

    def step(self, step, name, ours, theirs, prefix=""):
        a, b = ours[name], theirs[name]
        sizes = a.shape[-len(step.axes):] if step.axes else ()
        shape = ", ".join(f"{axis} {size}" for axis, size in zip(step.axes, sizes, strict=True))
        self.heading(step.title, step.formula, shape, step.file)
        self.say(f"     {step.reason}")
        self.numbers(a, b, step.axes)
        self.say(self.difference(prefix + name, a, b), "green")

    def numbers(self, a, b, axes):
        """Both sides' numbers, their first rows and columns."""
        import numpy as np

        if not axes:
            self.say(f"{'':11}{float(a):<42.12f} | {float(b):.12f}")
            return
        note = ""
        if axes[0] == "H":
            note, a, b = f"head 1 of {a.shape[1]}", a[:, 0], b[:, 0]
        elif a.ndim == 2:  # the mask has no batch
            a, b = a[None], b[None]
        a, b = a[0], b[0]
        largest = float(np.abs(a).max()) if a.dtype != bool else 1.0
        power = int(np.floor(np.log10(largest))) if largest and not 1e-2 <= largest < 100 else 0
        if power:
            note = ", ".join(filter(None, [note, f"in units of 1e{power:+d}"]))
        if note:
            self.say(f"{'':11}{note}", "dim")
        rows = zip(self.labels, a[:ROWS] / 10.0**power, b[:ROWS] / 10.0**power, strict=False)
        more = "  .." if a.shape[1] > COLUMNS else ""
        if columns := self.column_labels(axes):
            more_here = more.replace("..", "  ")
            heads = "".join(pad(column, -8) for column in columns) + more_here
            self.say(f"{'':9}{pad(heads, 44)} | {heads}", "dim")
        for token, left, right in rows:
            sides = [numbers(side, a.dtype == bool) + more for side in (left, right)]
            self.say(f"   {pad(token, 6)}{sides[0]:<44} | {sides[1]}")
        if len(a) > ROWS:
            self.say(f"    ... and {len(a) - ROWS} more rows", "dim")

    def column_labels(self, axes):
        """What the columns stand for, where they stand for tokens."""
        return {"TT": self.labels[:-1], "HTT": self.labels[:-1],
                "TV": self.vocabulary}.get(axes, [])[:COLUMNS]

    def difference(self, name, a, b):
        """The largest difference, in words; remembers the worst of all."""
        import numpy as np

        self.compared.add(name)
        if a.dtype == bool:
            if not np.array_equal(a, b):
                self.worst = (float("inf"), name)
            return "           no difference"
        largest = float(np.abs(a).max())
        apart = float(np.abs(a - b).max())
        roundings = apart / (self.eps * largest) if largest else apart / self.eps
        if not roundings <= self.worst[0]:  # also where it is NaN
            self.worst = (roundings, name)
        if apart == 0:
            return "           no difference"
        return (f"           largest difference {apart:.1e}: {roundings:.1f} x the rounding of "
                f"the largest number")

    def parameter_gradients(self, ours, theirs):
        import numpy as np

        self.rule("the gradient of every parameter")
        self.say("An optimizer (training/optimizer.py) now moves each parameter against its "
                 "gradient.")
        self.say()
        self.say(f"     {'parameter':<34}{'shape':>12}  {'numpy: length':>16}{'torch: length':>16}"
                 f"{'difference':>13}")
        for name, gradient in ours.items():
            self.difference("d " + name, gradient, theirs[name])
            apart = np.abs(gradient - theirs[name]).max()
            shape = " x ".join(map(str, gradient.shape))
            self.say(f"     {name:<34}{shape:>12}  {np.linalg.norm(gradient):>16.9f}"
                     f"{np.linalg.norm(theirs[name]):>16.9f}{apart:>13.1e}")

    def verdict(self, arguments) -> int:
        roundings, name = self.worst
        agree = roundings <= ROUNDINGS
        self.say()
        self.say(f"{len(self.compared)} arrays compared; the largest difference is "
                 f"{roundings:.1f} roundings of {arguments.dtype},")
        self.say(f"at {name}.")
        self.say("Both sides did the same mathematics." if agree else
                 f"THE TWO SIDES DIFFER by more than the {ROUNDINGS} roundings that are allowed.",
                 "bold green" if agree else "bold red")
        return 0 if agree else 1


def spelled(tokenizer, token: int) -> str:
    """A token's text; its bytes in hex where it is only a part of a character."""
    text = tokenizer.decode([token])
    return tokenizer.token_bytes(token).hex() if "\ufffd" in text else text


def label(token: str) -> str:
    """A token as a short, printable row label of at most six columns."""
    from ..console import cells, in_cells

    shown = token if token.isprintable() else repr(token)[1:-1]
    return f"'{shown}'" if cells(shown) <= 4 else f"'{in_cells(shown, 2)}..'"


def pad(text: str, width: int) -> str:
    """Fill with blanks (a negative width: on the left); 你 is two columns wide."""
    from ..console import cells

    blanks = " " * (abs(width) - cells(text))
    return text + blanks if width > 0 else blanks + text


def numbers(row, boolean: bool) -> str:
    if boolean:
        return "".join(f"{int(value):>8}" for value in row[:COLUMNS])
    return "".join(f"{value:8.4f}" for value in row[:COLUMNS])
