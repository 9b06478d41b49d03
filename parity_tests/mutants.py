"""A proof that cannot fail proves nothing: break the reference by one term, in
every way there is, and see the tests go red.

    python -m parity_tests.mutants --all                 # every module
    python -m parity_tests.mutants layers.norm --list    # what it would try
    python -m parity_tests.mutants layers --jobs 4 --report mutants.md

`--all` takes hours. It notes every verdict in build/mutants.jsonl, goes on from
there when it is started again, and writes benchmarks/results/mutants.md.

A mutant is a copy of one module of numpy_impl, or of one that both packages
use, with one small change in one formula, forward or backward, made through the syntax tree:

    a + b -> a - b     a + b -> a, b      a * b -> a, b       a / b -> a * b
    a @ b -> b @ a     a.mT -> a          -x -> x             1 -> 2
    x += y -> x = y    x > 0 -> x >= 0    max -> min          and -> or

Each lives in a process of its own, which imports it in place of the module it
was made from. It is compared with the twin on a few cases of every component,
within the bounds of agreement.py; if it stands that, the tests of its module
(and SECOND) and the proofs of its components are run, fail-fast, first with
few examples of Hypothesis, then with many. What no test can tell from the
original is in EQUIVALENT, with the reason. The working tree is never touched.
"""
import argparse
import ast
import functools
import hashlib
import importlib.abc
import importlib.util
import json
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

__all__ = ["EQUIVALENT", "Journal", "MODULES", "Mutant", "NO_MATHEMATICS",
           "mutants_of", "own_tests", "tried", "write_known_results"]

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "benchmarks" / "results" / "mutants.md"
JOURNAL = ROOT / "build" / "mutants.jsonl"

# Modules with mathematics: of the reference, then what both packages use.
MODULES = [
    "text.bpe", "text.windows", "text.loader",
    "layers.activations", "layers.softmax", "layers.linear",
    "layers.embedding", "layers.positions", "layers.norm", "layers.dropout",
    "layers.feed_forward", "layers.attention", "layers.flash_attention",
    "layers.self_attention", "layers.multi_head_attention", "layers.block",
    "layers.kv_cache", "layers.reading", "layers.parallel", "layers.module",
    "models.gpt2",
    "training.loss", "training.clipping", "training.optimizer",
    "training.objective", "training.learner", "training.diagnosis",
    "training.throughput",
    "generation.sampling", "generation.generate", "generation.responding",
    "finetuning.freezing", "finetuning.pooling", "finetuning.class_loss",
    "finetuning.classification_head", "finetuning.classifier_model",
    "finetuning.classification", "finetuning.log_probability",
    "finetuning.packed_tokens", "finetuning.preference_loss",
    "finetuning.preferences", "finetuning.lora", "finetuning.lora_model",
    "finetuning.lora_adapters", "finetuning.review",
    "evaluation.likelihood",
    "twinformer.checks", "twinformer.tokenizers.bpe",
    "twinformer.tokenizers.fast.bpe_merging",
    "twinformer.tokenizers.fast.early_merges",
    "twinformer.tokenizers.fast.pair_ranks",
    "twinformer.tokenizers.fast.piece_cache",
    "twinformer.models.initialisation", "twinformer.models.keep_masks",
    "twinformer.training.schedule", "twinformer.evaluation.perplexity"]

# Files of the reference without, and why (test_mutants.py holds the list).
NO_MATHEMATICS = {
    "models.parameters": "copies arrays by their names",
    "models.pretrained": "reads files and checks their names and shapes",
    "models.torch_io": "reads and writes torch's files"}

# Tests that see each mutant too, or instead where it has no file of its own.
SECOND = {
    "layers.parallel": ["parity_tests/test_lockstep.py"],
    "training.learner": ["parity_tests/test_lockstep.py"],
    "twinformer.models.keep_masks": ["parity_tests/layers/test_dropout.py"],
    "twinformer.tokenizers.bpe": ["parity_tests/text/test_bpe.py"]}

# Mutants that compute the same: (module, what they say) -> why.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("layers.softmax", "masked_softmax: 0 -> 1"):
        "what is taken from a row of -inf, which it stays",
    ("layers.softmax", "masked_softmax: 1 -> 2"):
        "what the zeros of a row without any True are divided by",
    ("finetuning.lora", "LoRALinear.merged: 1 -> 2"):
        "the size of a Linear whose weights are replaced in the next line",
    ("evaluation.likelihood", "choice_log_likelihoods: -1 -> 1"):
        "the last axis of a table is its second one"}

CASES = 8
# A mutant that hangs has been found out, too: one that takes so many times as
# long as the module itself, and so many seconds more
SLOWER, PATIENCE = 4, 30


class Mutant(NamedTuple):
    """One small change of one module."""
    module: str    # "layers.norm"
    line: int
    function: str  # "LayerNorm.backward"
    what: str      # "rstd * g -> rstd / g"
    source: str    # the whole module, changed

    def __str__(self):
        return f"{self.module}:{self.line} {self.function}: {self.what}"

    @property
    def key(self):
        return self.module, f"{self.function}: {self.what}"


# -- making them -------------------------------------------------------------

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Div: ast.Mult,
           ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
           ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
           ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or,
           ast.Or: ast.And}
OPPOSITE = {"max": "min", "maximum": "minimum", "sum": "mean", "mean": "sum",
            "sin": "cos", "cos": "sin"}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every small change of one expression or statement."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.MatMult):
            yield ast.BinOp(node.right, node.op, node.left)
        elif type(node.op) in SWAPPED and not is_text(node.left):
            yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            yield node.left
            if not isinstance(node.op, ast.Sub | ast.Div):
                yield node.right
    elif isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if type(node.op) in SWAPPED:
            yield ast.AugAssign(node.target, SWAPPED[type(node.op)](),
                                node.value)
        yield ast.Pass()
    elif isinstance(node, ast.Attribute) and node.attr in ("mT", "T"):
        yield node.value
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        if type(node.ops[0]) in SWAPPED:
            yield ast.Compare(node.left, [SWAPPED[type(node.ops[0])]()],
                              node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPPED[type(node.op)](), node.values)
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in OPPOSITE:
            other = ast.Attribute(node.func.value, OPPOSITE[node.func.attr],
                                  ast.Load())
            yield ast.Call(other, node.args, node.keywords)
    elif (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        yield ast.Constant(node.value + 1)


def is_text(node) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str))


class Finder(ast.NodeVisitor):
    """Collects (parent, field, index, node, function) of all formulas.

    Left out: annotations, messages of errors, docstrings, `__all__`.
    """

    def __init__(self):
        self.path: list[str] = []
        self.found = []

    def visit_named(self, node):
        self.path.append(node.name)
        for index, child in enumerate(node.body):
            self.found.append((node, "body", index, child,
                               ".".join(self.path)))
            self.visit(child)
        self.path.pop()

    visit_FunctionDef = visit_ClassDef = visit_named

    def visit_Raise(self, node):
        pass

    def visit_AnnAssign(self, node):
        pass

    def visit_JoinedStr(self, node):
        pass

    def generic_visit(self, node):
        for field, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            for index, child in enumerate(children):
                if isinstance(child, ast.AST):
                    where = index if isinstance(value, list) else None
                    if not isinstance(node, ast.Expr):
                        self.found.append((node, field, where, child,
                                           ".".join(self.path)))
                    self.visit(child)


def full_name(module: str) -> str:
    """"layers.norm" -> "numpy_impl.layers.norm" """
    shared = module.startswith("twinformer.")
    return module if shared else f"numpy_impl.{module}"


def mutants_of(module: str, source: str | None = None) -> list[Mutant]:
    """All mutants of a module."""
    if source is None:
        path = ROOT.joinpath(*full_name(module).split("."))
        source = path.with_suffix(".py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    made = []
    for parent, field, index, node, function in places(tree):
        def put(new, parent=parent, field=field, index=index):
            if index is None:
                setattr(parent, field, new)
            else:
                getattr(parent, field)[index] = new
        before = ast.unparse(node)
        for after in changes(node):
            ast.fix_missing_locations(ast.copy_location(after, node))
            what = f"{before} -> {ast.unparse(after) or 'nothing'}"
            put(after)
            made.append(Mutant(module, node.lineno, function, what,
                               ast.unparse(tree)))
            put(node)
    return unique(made)


def places(tree) -> list:
    """Every place of a formula inside a function, and module constants."""
    finder = Finder()
    for statement in tree.body:
        if (isinstance(statement, ast.Assign)
                and getattr(statement.targets[0], "id", "") == "__all__"):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            finder.visit(statement)
        else:
            finder.generic_visit(statement)
    return [place for place in finder.found if in_formula(place)]


def in_formula(place) -> bool:
    parent, field, _, node, _ = place
    if isinstance(parent, ast.UnaryOp):
        return False  # -1 -> 1 is change enough
    if field in ("annotation", "returns", "decorator_list", "defaults",
                 "targets", "ctx", "slice") and not isinstance(node, ast.BinOp):
        return field == "slice" and isinstance(node, ast.UnaryOp)
    return not (isinstance(parent, ast.Subscript) and field == "slice")


def unique(mutants: list[Mutant]) -> list[Mutant]:
    """Each different program once."""
    seen: dict[str, Mutant] = {}
    for mutant in mutants:
        seen.setdefault(mutant.source, mutant)
    return list(seen.values())


# -- trying them -------------------------------------------------------------

SURVIVED, BY_CASES, BY_TESTS, NOT_RUN = range(4)


def own_tests(module: str) -> list[str]:
    """pytest's arguments: the test file of a module, those that see it as a
    part, and of the proofs those of its components."""
    from .components import COMPONENTS
    *folders, file = module.split(".")
    root = "parity_tests"
    if folders[:1] == ["twinformer"]:
        root, folders = "tests", folders[1:]
    own = "/".join([root, *folders, f"test_{file}.py"])
    tests = [own] if (ROOT / own).exists() else []
    tests += SECOND.get(module, [])
    if any(part.room == module for part in COMPONENTS):
        tests += ["parity_tests/test_components.py",
                  "-k", f"not test_component or {module}."]
    return tests


def original(module: str) -> Mutant:
    """The module as it is: what survives everything, if its tests are green."""
    path = ROOT.joinpath(*full_name(module).split(".")).with_suffix(".py")
    return Mutant(module, 0, "", "nothing -> nothing",
                  path.read_text(encoding="utf-8"))


@functools.cache
def patience(module: str, known: str) -> float:
    """How many seconds a mutant of the module is given.

    Raises
    ------
    RuntimeError
        If the tests are red for the module itself.
    """
    began = time.perf_counter()
    if tried(original(module), known, seconds=None) != SURVIVED:
        raise RuntimeError(f"the tests of {module} fail without any mutant")
    return SLOWER * (time.perf_counter() - began) + PATIENCE


def tried(mutant: Mutant, known: str, tests: list[str] | None = None,
          seconds: float | None = 600) -> int:
    """SURVIVED, or what killed it; in a process of its own.

    known : the file of `write_known_results`
    tests : arguments of pytest, instead of those of the module
    seconds : after which it counts as hanging; None: never
    """
    process = server().Process(
        target=attack, args=(mutant, known, tests or own_tests(mutant.module)))
    process.start()
    process.join(seconds)
    if process.exitcode is None:  # it hangs, and so has been found out
        process.kill()
        process.join()
        return BY_TESTS
    if process.exitcode == NOT_RUN:
        raise RuntimeError(f"pytest did not run for {mutant}")
    return process.exitcode if process.exitcode in (SURVIVED, BY_CASES) \
        else BY_TESTS


@functools.cache
def server():
    """Makes processes that have torch already; on Windows they import it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["torch", "torch._dynamo", "pytest", "hypothesis.extra.numpy",
         "hypothesis.strategies", "threadpoolctl"])
    return context


class InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant where its module of the reference is asked for."""

    def __init__(self, mutant: Mutant):
        self.mutant = mutant
        self.name = full_name(mutant.module)

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module):
        code = compile(self.mutant.source, f"<{self.mutant}>", "exec")
        exec(code, vars(module))


def attack(mutant: Mutant, known: str, tests: list[str]) -> None:
    """The life of a mutant: import it, compare with the known results, and if
    it still stands, run the tests, with few examples and then with many."""
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, InPlaceOf(mutant))
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    try:
        if not gives(known, mutant.module):
            os._exit(BY_CASES)
    except Exception:  # whatever it breaks
        os._exit(BY_CASES)
    import pytest
    for profile in ("quick", "thorough"):
        code = pytest.main([
            "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W",
            "ignore", f"--hypothesis-profile={profile}", *tests])
        if code not in (0, 1, 2):
            os._exit(NOT_RUN)
        if code:
            os._exit(BY_TESTS)
        for name in list(sys.modules):  # settings are fixed at import
            if name.startswith(("parity_tests", "tests")):
                del sys.modules[name]
    os._exit(SURVIVED)


def write_known_results(path, cases: int = CASES) -> None:
    """Cases of every component, with the twin's results and bounds."""
    import numpy as np
    import torch

    from .cases import Seeded
    from .components import COMPONENTS
    from .running import bounds_of

    torch.set_num_threads(1)
    known = {}
    for part in COMPONENTS:
        known[part.name] = []
        for seed in range(cases):
            case = part.case(Seeded([seed, 99]))
            with np.errstate(all="ignore"):
                exact, bounds = bounds_of(case)
            parts = {f.name: getattr(case, f.name) for f in fields(case)
                     if f.name != "component"}
            known[part.name].append((parts, exact, bounds))
    Path(path).write_bytes(pickle.dumps(known))


def gives(path: str, module: str) -> bool:
    """Whether the reference, as it is imported here, gives these results.

    Components of the same module come first, as the likeliest to differ.
    """
    import numpy as np

    from .agreement import fraction
    from .cases import Case
    from .components import COMPONENTS
    from .running import run_numpy

    known = pickle.loads(Path(path).read_bytes())
    order = sorted(COMPONENTS, key=lambda part: part.room != module)
    for part in order:
        for parts, exact, bounds in known[part.name]:
            with np.errstate(all="ignore"):
                found = run_numpy(Case(part, **parts))
            if not all(fraction(found[name], y, bounds[name]) <= 1
                       for name, y in exact.items()):
                return False
    return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*",
                        help="only modules whose name begins like this")
    parser.add_argument("--all", action="store_true",
                        help="every module, to the end, with the report of "
                             "benchmarks/results; goes on where it stopped")
    parser.add_argument("--retry", action="store_true",
                        help="with --all: survivors of before once more")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1,
                        help="only every so many-th mutant")
    parser.add_argument("--list", action="store_true",
                        help="show the mutants and run nothing")
    parser.add_argument("--report", type=Path,
                        help="write the table as Markdown to this file")
    options = parser.parse_args(arguments)
    if not (options.all or options.modules or options.list):
        parser.error("name the modules to try, or say --all")
    chosen = [mutant for module in MODULES
              if options.all or module.startswith(tuple(options.modules or [""]))
              for mutant in mutants_of(module)][::options.every]
    if options.list:
        print(*chosen, f"{len(chosen)} mutants", sep="\n")
        return 0

    journal = Journal(JOURNAL if options.all else None, options.retry)
    results: dict[str, list[tuple[str, Mutant]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        known = str(Path(folder, "known"))
        write_known_results(known)

        def verdict(mutant):
            if mutant not in journal:
                began = time.perf_counter()
                result = VERDICTS[tried(
                    mutant, known, seconds=patience(mutant.module, known))]
                journal.note(mutant, result, time.perf_counter() - began)
            result = journal[mutant]
            if result == "SURVIVED" and mutant.key in EQUIVALENT:
                return "equivalent"
            return result
        with ThreadPoolExecutor(options.jobs) as pool:
            for done, (mutant, result) in enumerate(
                    zip(chosen, pool.map(verdict, chosen)), 1):
                results.setdefault(mutant.module, []).append((result, mutant))
                print(f"{done}/{len(chosen)} {result:10} {mutant}", flush=True)
    table = report(results, journal.seconds)
    print(table)
    if path := options.report or (REPORT if options.all else None):
        path.write_text(HEADING + table, encoding="utf-8")
    return int("SURVIVED" in {result for rows in results.values()
                              for result, _ in rows})


class Journal:
    """Verdicts so far, of mutants by what they say; kept in a file, a line
    each, so that hours of work outlive an interruption.

    Mutants of a module that was changed are tried anew, for their sources are
    others; after a change of the tests alone, remove the file.
    """

    def __init__(self, path: Path | None, retry: bool = False):
        self.path, self.seconds = path, 0.0
        self.verdicts: dict[str, str] = {}
        if path and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except json.JSONDecodeError:  # killed while it was written
                    continue
                self.seconds += entry["seconds"]
                self.verdicts[entry["digest"]] = entry["verdict"]
            if retry:
                self.verdicts = {digest: verdict for digest, verdict
                                 in self.verdicts.items()
                                 if verdict != "SURVIVED"}

    @staticmethod
    def digest(mutant: Mutant) -> str:
        text = f"{mutant.module}\n{mutant.source}"
        return hashlib.sha256(text.encode()).hexdigest()

    def __contains__(self, mutant):
        return self.digest(mutant) in self.verdicts

    def __getitem__(self, mutant):
        return self.verdicts[self.digest(mutant)]

    def note(self, mutant, verdict, seconds):
        self.verdicts[self.digest(mutant)] = verdict
        self.seconds += seconds
        if self.path:
            self.path.parent.mkdir(exist_ok=True)
            line = json.dumps({
                "digest": self.digest(mutant), "mutant": str(mutant),
                "verdict": verdict, "seconds": round(seconds, 1)})
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n" + line + "\n")


HEADING = """# Mutants

One term of one formula changed at a time, and what noticed it: a few cases of
every component, compared with the twin, or the tests of its module. Made by
`python -m parity_tests.mutants --all`.

"""
VERDICTS = {SURVIVED: "SURVIVED", BY_CASES: "by cases", BY_TESTS: "by tests"}


def report(results, seconds: float) -> str:
    """The table, in Markdown."""
    lines = ["| module | mutants | killed by cases | killed by its tests | "
             "equivalent | survived |", "|---|---:|---:|---:|---:|---:|"]
    kinds = ("by cases", "by tests", "equivalent", "SURVIVED")
    total = dict.fromkeys(kinds, 0)
    for module, rows in results.items():
        counts = {kind: sum(kind == result for result, _ in rows)
                  for kind in kinds}
        total = {kind: total[kind] + counts[kind] for kind in kinds}
        lines.append(f"| {module} | {len(rows)} | "
                     + " | ".join(str(counts[kind]) for kind in kinds) + " |")
    lines.append(f"| **all** | {sum(total.values())} | "
                 + " | ".join(str(total[kind]) for kind in kinds) + " |")
    survivors = [f"- `{mutant}`" for rows in results.values()
                 for result, mutant in rows if result == "SURVIVED"]
    if survivors:
        lines += ["", "Survived:", "", *survivors]
    same = [f"- `{mutant}`: {EQUIVALENT[mutant.key]}"
            for rows in results.values()
            for result, mutant in rows if result == "equivalent"]
    if same:
        lines += ["", "Equivalent, for they compute the same:", "", *same]
    return "\n".join([*lines, "", f"{seconds / 60:.0f} minutes of one core.",
                      ""])


if __name__ == "__main__":
    raise SystemExit(main())
