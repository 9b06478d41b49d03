"""How much of the twin stands in the reference, pair by pair.

    python -m tests.aligned_share                the table, and the packages' lines
    python -m tests.aligned_share --least 0.85   the pairs below that share; fails if there are any
                                                 but those where the twin is a library

A pair is a file with the same path in both packages. A line of the twin counts as aligned where
the reference has it too, in the same order, but for what always differs: the library's name and
its spelling (keepdim, torch.cat), calls of a layer, the cache that only the reference returns,
and the word for an array. Docstrings count. Blank lines, comments, imports, `__all__` and the
twin's calls of torch's own kernels (all that stands under `if fused() ...:`) count nowhere.
"""
import argparse
import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

__all__ = ["aligned", "compared", "pairs", "plain", "share"]

ROOT = Path(__file__).parents[1]
PACKAGES = "numpy_impl", "torch_impl"

# What always differs -> how both are written here, applied in this order.
SAME = [
    (r"(^|\s+)#.*$", ""),                                 # a comment: mostly a shape
    (r"\b(numpy_impl|torch_impl)\b", "package"),
    (r"\bnp\.split\b", "np.chunk"),                       # torch.split takes a size
    (r"\b(np|torch|functional)\.(special\.)?", "lib."),
    (r"\b(np|torch)\b", "lib"),
    (r"\bkeepdims\b", "keepdim"),
    (r"\b(axis|dim)=", "dim="),
    (r"\.detach\(\)", ""),
    (r"\.a(max|min)\(", r".\1("),
    (r"\.(to|astype)\([\w., ]+\)", ""),                   # .to(x.device), .astype(x.dtype)
    (r"\.numpy\(\)", ""),
    (r"\blib\.(from_numpy|as_tensor)\(([\w.]+)\)", r"\2"),  # a tensor of the same numbers
    (r"\btake_along_(axis|dim)\b", "take_along_dim"),
    (r"\bdtype=bool\b", "dtype=lib.bool"),
    (r"\blib\.concatenate\b", "lib.cat"),
    (r"\b(ndarray|Tensor)\b", "Array"),
    (r"\b(an|a) (array|tensor)\b", "an array"),
    (r"\b(array|tensor)(s?)\b", r"array\2"),
    (r"\b(NumPy|PyTorch|torch)('s)?\b", r"lib\2"),
    (r"^(\w+), \w+ = (\S+\.forward\()", r"\1 = \2"),     # y, ids = layer.forward(x)
    (r"(?<!self)\.forward\(", "("),                       # layer(x) runs its forward
    (r"^(\w+), (_|\w*cache) = ", r"\1 = "),               # y, cache = layer(x)
    (r"^(return \w+), (\w*[cC]ache\b.*|\(.*)$", r"\1"),   # return y, cache
    (r"^return y, \w+$", "return y"),                     # a cache by its own name
    (r",? cache(\"*)$", r"\1"),                           # x (N, D) -> y (N, D), cache
]

# Pairs in which a library does for the twin what the reference writes out, so that only what
# is asked of them is the same; --least lets them be below its share.
LIBRARIES = {
    "layers/module.py": "torch.nn.Module",
    "models/parameters.py": "tensors that may be on a GPU become arrays; ours are arrays",
    "models/torch_io.py": "torch.load",
    "layers/linear.py": "torch's kernels, of which it takes the faster",
    "models/building.py": "torch's meta device, and its modules' own parameters",
    "models/stored_experts.py": "torch.nn.Module, and bfloat16",
    "layers/activations.py": "torch's names of the same functions",
    "layers/rms_norm.py": "torch's kernel takes all rows at once; ours are sliced over threads",
    "layers/rotary.py": "autograd: nothing is written in place; tensors have a place",
    "layers/router.py": "autograd, and torch's gather and scatter",
    "layers/mixture_of_experts.py": "autograd, and torch's split and sorting",
    "layers/tiles.py": "tensors have a place",
    "finetuning/packed_tokens.py": "torch.cummax, where the tensors are",
    "generation/fill_mask.py": "tensors have a place",
    "generation/attention_maps.py": "torch's kernel is not to be asked; tensors have a place",
    "text/bpe.py": "tiktoken",
    "text/loader.py": "torch.utils.data",
    "layers/qk_clip.py": "torch.distributed: each rank has some of the texts, or weights",
    "finetuning/lora.py": "torch.distributed: ranks hold parts of a weight",
    "training/diagnosis.py": "of DTensors each rank looks at its own part",
    "training/learner.py": "torch.distributed: microbatches are dealt to ranks",
    "training/z_loss.py": "autograd, and torch.logsumexp: nothing is kept for a backward",
    "training/throughput.py": "a GPU has a data sheet, and must be waited for",
}


def plain(line: str) -> str:
    """A line without what always differs."""
    line = line.strip()
    for pattern, same in SAME:
        line = re.sub(pattern, same, line)
    return line


def lines_of(path: Path) -> list[str]:
    """The lines that are not blank."""
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]


def compared(lines: list[str]) -> list[str]:
    """The lines that count, `plain`: no imports, no `__all__`, nothing under `if fused() ...:`."""
    kept, open_statement, fused_at = [], False, None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if fused_at is not None and indent > fused_at:
            continue
        fused_at = None
        if open_statement or re.match(r"(import|from) |__all__ = ", line):
            brackets = sum(map(line.count, "([")) - sum(map(line.count, ")]"))
            open_statement = brackets >= 0 if open_statement else brackets > 0
        elif re.match(r"\s*if fused\(\)", line):
            fused_at = indent
        elif plain(line):
            kept.append(plain(line))
    return kept


def aligned(reference: list[str], twin: list[str]) -> int:
    """How many of the twin's lines stand in the reference, in the same order.

    Both as `compared` gives them.
    """
    matcher = SequenceMatcher(None, reference, twin, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def files(package: str, root: Path = ROOT) -> dict[str, Path]:
    """{path below the package: file}, but for empty ones and those that only hand names on."""
    found = {path.relative_to(root / package).as_posix(): path
             for path in sorted((root / package).rglob("*.py"))}
    return {name: path for name, path in found.items()
            if path.name != "__init__.py" and "import *" not in path.read_text("utf-8")}


def pairs(root: Path = ROOT) -> list[str]:
    ours, theirs = (files(package, root) for package in PACKAGES)
    return [name for name in ours if name in theirs]


def share(name: str, root: Path = ROOT) -> float:
    """The aligned share of a pair: of the twin's lines, those that the reference has too."""
    reference, twin = (compared(lines_of(root / package / name)) for package in PACKAGES)
    return aligned(reference, twin) / max(1, len(twin))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--least", type=float, help="list the pairs with a share below this")
    least = parser.parse_args(arguments).least
    shares = {name: share(name) for name in pairs()}
    if least is not None:
        low = {name: value for name, value in shares.items() if value < least}
        for name, value in sorted(low.items(), key=lambda item: item[1]):
            reason = f"  (a library: {LIBRARIES[name]})" if name in LIBRARIES else ""
            print(f"{value:6.1%}  {name}{reason}")
        return int(bool(set(low) - set(LIBRARIES)))
    ours, theirs = (files(package) for package in PACKAGES)
    print(f"{'lines':>11}  aligned")
    for name, value in shares.items():
        both = f"{len(lines_of(ours[name])):5} {len(lines_of(theirs[name])):5}"
        print(f"{both}  {value:7.1%}  {name}")
    for package, mine, other in ((PACKAGES[0], ours, theirs), (PACKAGES[1], theirs, ours)):
        alone = [name for name in mine if name not in other]
        total = sum(len(lines_of(path)) for path in mine.values())
        print(f"\n{package}: {total} lines in {len(mine)} files, {len(shares)} of them in pairs, "
              f"{len(alone)} on this side only")
        for name in alone:
            print(f"{len(lines_of(mine[name])):5}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
