"""Prove that the reference and the twin are the same mathematics, here and now.

  twinformer parity
  twinformer parity --component attention --seconds 60
  twinformer parity --package ./my_port --watch
  twinformer parity --new my_port

Every component is run on random shapes, weights and inputs (among them huge,
tiny, equal, strided and empty ones), forward and backward, in both packages. The
table shows the worst error of the output and of all gradients as a fraction of
what rounding can explain (above 1.00 would be a different formula):

  float64   the reference, the twin spelled out with autograd, and the twin
            with torch's fused kernels, against each other
  float32   the reference and the twin against the reference in float64
  cuda ...  the twin on each accelerator that is there, against the same

How far rounding can go is measured for every case, by letting each operation
err at random: see parity_tests/bounds.py.

Your own port: --package NAME compares a package of the working folder, or an
installed one, with the reference. It has the files and names of numpy_impl
(NAME/layers/norm.py, LayerNorm), or all in one file; layers are torch modules,
which autograd differentiates, or have forward(x) -> y, cache and
backward(dy, cache) -> dx. Arrays may be those of NumPy, torch, JAX, MLX, CuPy
or tinygrad: a port's own asarray makes them of NumPy's. Of what is off you are
told where, by how much, the smallest case as code, and the likely cause. What
is not written yet is listed, and does not fail.

Exit codes: 0 the same, 1 not the same, 2 nothing was compared.
"""
import sys
import time
from pathlib import Path
from ...io.shell_words import command_line
from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]

SHRINKING = 6.0  # seconds for the smallest case of a component


def add_arguments(parser) -> None:
    parser.add_argument("--component", default="", metavar="TEXT",
                        help="only those with this text in their name")
    parser.add_argument("--seconds", type=float, default=20.0,
                        help="how long to go on trying cases; each component is tried on 16 in "
                             "any case, which takes a minute or two for all")
    parser.add_argument("--seed", type=int, default=0,
                        help="decides all shapes and numbers")
    parser.add_argument("--case", type=int, metavar="N",
                        help="only this case of the seed, as a report names it")
    parser.add_argument("--package", default="", metavar="NAME",
                        help="compare this package or file with the reference instead of "
                             "the twin")
    parser.add_argument("--stop-at-first", action="store_true",
                        help="end at the first component that is off")
    parser.add_argument("--json", action="store_true",
                        help="print the verdict for programs")
    parser.add_argument("--watch", action="store_true",
                        help="with --package: run again at each save")
    parser.add_argument("--new", default="", metavar="NAME",
                        help="write a package to fill in: signatures, shapes and formulas, "
                             "no answers")
    parser.add_argument("--only", choices=["backward"], default=None,
                        help="with --new: forward is given, backward is to be written")


def run(arguments) -> int:
    if arguments.new:
        return begin(arguments)
    if arguments.only:
        raise ValueError("--only belongs to --new NAME")
    check(arguments)
    if arguments.watch:
        from parity_tests import ports
        words = [word for word in sys.argv[1:] if word != "--watch"]
        return ports.watch(arguments.package, [sys.executable, "-m", "twinformer", *words])
    return compare(arguments)


def check(arguments) -> None:
    """ValueError for settings that nothing could be compared with."""
    if not 0 < arguments.seconds < float("inf"):
        raise ValueError(f"--seconds must be positive, got {arguments.seconds}")
    if arguments.seed < 0:
        raise ValueError(f"--seed must be 0 or more, got {arguments.seed}")
    if arguments.case is not None and arguments.case < 0:
        raise ValueError(f"--case must be 0 or more, got {arguments.case}")
    if arguments.watch and not arguments.package:
        raise ValueError("--watch needs --package NAME: the twin does not change")
    chosen_parts(arguments.component)


def chosen_parts(text: str) -> list:
    from parity_tests import COMPONENTS

    chosen = [part for part in COMPONENTS if part.name == text] or [
        part for part in COMPONENTS if text.lower() in part.name.lower()]
    if not chosen:
        raise ValueError(f"no component has {text!r} in its name: "
                         f"there are {', '.join(part.public for part in COMPONENTS)}")
    return chosen


def compare(arguments) -> int:
    """Try every component, and explain what is off."""
    import torch
    from threadpoolctl import threadpool_limits

    from parity_tests import ports

    chosen = chosen_parts(arguments.component)
    package = ports.import_port(arguments.package) if arguments.package else ""
    sides = ports.sides_of(package)
    width = max(len(part.name) for part in chosen)
    say = (lambda text: None) if arguments.json else (lambda text: print(text, flush=True))
    say(ports.headings(sides, width))

    rows, told = [], {}
    began = time.perf_counter()
    torch.set_num_threads(1)  # the cases are small
    numbers = None if arguments.case is None else [arguments.case]
    with threadpool_limits(1):
        for index, part in enumerate(chosen):
            left = arguments.seconds - (time.perf_counter() - began)
            row = ports.tried(part, sides, left / (len(chosen) - index), arguments.seed, numbers)
            rows.append(row)
            if not row.absent:
                say(ports.line(row, sides, width))
            if row.finding and arguments.stop_at_first:
                break
        for row in rows:
            if row.finding:
                told[row.name] = ports.explained(row.name, row.finding, arguments.seed,
                                                 SHRINKING, arguments.package)
                say(ports.said_about(told[row.name], row.finding.number))
    if package and not any(row.cases or row.finding for row in rows):
        raise ValueError(
            f"{arguments.package} has none of these yet: "
            f"{', '.join(part.public for part in chosen[:6])}"
            f"{f' ... ({len(chosen)} in all)' if len(chosen) > 6 else ''}")
    if arguments.json:
        print(json_text(ports.as_json(rows, told, arguments.package, arguments.seed)))
    else:
        print("\n" + ports.summary(rows, arguments.package))
    return int(bool(told))


def begin(arguments) -> int:
    """Write the package that is to be filled in."""
    from parity_tests import ports

    files = ports.write_port(Path(arguments.new), only_backward=arguments.only == "backward")
    then = command_line("parity", "--package", f"./{Path(arguments.new).as_posix()}", "--watch")
    print(f"{arguments.new}: {len(files)} files to fill in, layers/activations.py first.\n"
          f"Then: {then}")
    return 0
