"""Find where two models part: the first id, output, gradient, training step.

  twinformer divergence runs/run-1 ./exported --text "To be or not to be"
  twinformer divergence runs/run-1 runs/run-1 --backend-b numpy
  twinformer divergence ./exported hf:./exported
  twinformer divergence gpt2 my_port:make_model --steps 3
  twinformer divergence my_port:before my_port:after --optimizer-b my_port:adam

A and B are, each: a run; gpt2 or another published size; a folder or file of
weights; hf:FOLDER, a folder that transformers opens; module:function,
a function of the working folder that returns a torch.nn.Module (or an object
with numpy_impl.Module's contract), and with it, if you like, a tokenizer or an
optimizer.

Both read the same ids, in float64 and without dropout. Errors are in units of
what rounding explains: each model is run again with random rounding errors in
all that it computes, and what moves no further than that agrees (1.00 = at the
bound). The first output that parts is named, in the order of computing, with
the module that made it; the first gradient, in the order of the backward pass;
with --steps the first training step and its first tensor.

Exit code 0: they agree; 1: they part; 2: it could not be compared.
"""
from pathlib import Path
from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("a", type=str, help="the model that is right")
    parser.add_argument("b", type=str, help="the model in question")
    parser.add_argument("--text", type=str, help="what both read; - reads it from standard "
                        "input; left out, ids are drawn from the seed")
    parser.add_argument("--tokens", type=int, default=16, help="the most positions read")
    parser.add_argument("--rows", type=int, default=2, help="sequences drawn from the seed")
    parser.add_argument("--seed", type=int, default=0, help="other ids, other batches")
    parser.add_argument("--steps", type=int, default=0, help="train both for so many steps")
    parser.add_argument("--learning_rate", type=float, default=1e-3,
                        help="of these steps, for optimizers without one of their own")
    parser.add_argument("--optimizer_a", type=str, metavar="MODULE:FUNCTION",
                        help="function: model -> optimizer; left out, twinformer train's AdamW")
    parser.add_argument("--optimizer_b", type=str, metavar="MODULE:FUNCTION", help="B's")
    parser.add_argument("--backend_a", choices=["torch", "numpy"], default="torch",
                        help="who computes A, where it is a model of ours")
    parser.add_argument("--backend_b", choices=["torch", "numpy"], default="torch", help="B")
    parser.add_argument("--precision", choices=["float64", "float32"], default="float64",
                        help="of all arithmetic; float32 hides more in its rounding")
    parser.add_argument("--forward_only", action="store_true",
                        help="leave the gradients out: much quicker for large models")
    parser.add_argument("--full", action="store_true", help="show every row of long tables")
    parser.add_argument("--plot", type=str, default="divergence.png",
                        help="where the error by depth is drawn, .png or .svg; '' = nowhere")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> int:
    from ...divergence.ids import common_ids, parted_ids
    from ...divergence.passes import compare
    from ...divergence.report import as_json, plot
    from ..console import given_text

    check(arguments)
    text = None if arguments.text is None else given_text(arguments.text)
    one, other = subjects(arguments)
    parting = parted_ids(one, other, text) if text is not None else None
    ids = common_ids(one, other, text, arguments.rows, arguments.tokens, arguments.seed)
    finding = compare(
        one, other, ids, precision=arguments.precision, steps=arguments.steps,
        gradients=not arguments.forward_only, seed=arguments.seed,
        learning_rate=arguments.learning_rate)
    if arguments.plot:
        plot(finding, Path(arguments.plot), f"A = {one.name}, B = {other.name}")
    if arguments.json:
        found = {"a": one.name, "b": other.name, "ids": ids.tolist(),
                 "first_id": parting and vars(parting)} | as_json(finding)
        found["agree"] = not (parting or finding.parts)
        print(json_text(found, indent=1, ensure_ascii=False))
    else:
        for line in page(one, other, ids, parting, finding, arguments):
            print(line)
    return 1 if parting or finding.parts else 0


def check(arguments) -> None:
    """ValueError where an option makes no sense, before anything is opened."""
    for name, least in (("tokens", 1), ("rows", 1), ("seed", 0), ("steps", 0)):
        if getattr(arguments, name) < least:
            raise ValueError(f"--{name} must be {least} or more, got {getattr(arguments, name)}")
    if not 0 < arguments.learning_rate < float("inf"):
        raise ValueError(f"--learning-rate must be positive, got {arguments.learning_rate}")
    if arguments.forward_only and arguments.steps:
        raise ValueError("--steps needs gradients, and --forward-only leaves them out")
    if arguments.plot and Path(arguments.plot).suffix.lower() not in (".png", ".svg"):
        raise ValueError(f"--plot draws .png or .svg, got {arguments.plot}")
    if arguments.plot and not Path(arguments.plot).absolute().parent.is_dir():
        raise FileNotFoundError(f"--plot {arguments.plot}: there is no such folder")


def subjects(arguments):
    """Both models, with the optimizers that were asked for."""
    from functools import partial

    from .factories import called
    from .sources import open_subject

    made = []
    for side in "ab":
        subject = open_subject(getattr(arguments, side), getattr(arguments, f"backend_{side}"),
                               arguments.seed)
        if source := getattr(arguments, f"optimizer_{side}"):
            subject.optimizer = partial(called, source, None)
        made.append(subject)
    return made


def page(one, other, ids, parting, finding, arguments):
    """Lines: the tables, then the verdict."""
    from ...divergence.report import table

    yield f"A = {one.name}"
    yield f"B = {other.name}"
    yield (f"{ids.shape[0]} x {ids.shape[1] - 1} ids, in {finding.precision}; losses "
           f"{finding.losses[0]:.9g} and {finding.losses[1]:.9g}")
    yield "error 1.00 = all that rounding explains"
    yield ""
    yield table(finding.outputs, "output of", arguments.full)
    if finding.gradients:
        yield ""
        yield table(finding.gradients, "gradient of", arguments.full)
    yield ""
    yield from verdict(parting, finding, arguments)


def verdict(parting, finding, arguments):
    """What parts first, in the order in which it happens."""
    if parting:
        yield (f"The ids part first: number {parting.index} is {parting.a} "
               f"({parting.tokens[0]}) in A and {parting.b} ({parting.tokens[1]}) in B. "
               "What follows read A's.")
    for letter, place in finding.random.items():
        yield f"{letter} gives other numbers each time, first at: {place}"
        yield "    dropout that is left on in eval mode?"
    if finding.place:
        yield f"Outputs part first at: {finding.place}"
        yield from (f"    {cause}" for cause in finding.causes)
        if not finding.outputs[-1].parts:
            yield ("    the last output agrees all the same: what differs is undone further on, "
                   "as where features are kept in another order")
    else:
        yield f"Outputs agree: {len(finding.outputs)} modules."
    if any(finding.unmatched):
        ours, theirs = finding.unmatched
        yield f"Without a counterpart: {ours} outputs of A, {theirs} of B."
    if finding.gradient_place:
        yield (f"Gradients part first at: {finding.gradient_place}"
               f"{', as outputs did before' if finding.place else ''}")
    elif finding.gradients:
        yield f"Gradients agree: {len(finding.gradients)}."
    if step := finding.step:
        more = f", and {len(step.others)} more tensors" if step.others else ""
        yield f"Training parts at step {step.step}: {step.what}{more}"
        if step.cause:
            yield f"    {step.cause}"
    elif arguments.steps and not finding.random:
        yield f"Training agrees for {arguments.steps} steps."
    if arguments.plot:
        yield f"Error by depth: {arguments.plot}"
