"""The two packages are mirror images: the same files, names in the same order,
and signatures; and every file of the reference has its proof.

That statements come in the same order under the same local names is left to
the reviewer, who opens both in a split window.
"""
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import numpy_impl
import torch_impl

HERE = Path(__file__).resolve().parent

# Modules that only the twin has, with the reason.
TORCH_ONLY = {
    "distributed.data_parallel": "DDP; NumPy computes in one process",
    "distributed.fully_sharded": "FSDP2",
    "distributed.joining": "process groups, and the ranks as a device mesh",
    "distributed.launching": "torch's elastic launcher",
    "distributed.lost_ranks": "what a broken connection comes to in words",
    "distributed.processes": "torch's store and collectives",
    "distributed.restarts": "what torchrun keeps while it starts ranks again",
    "distributed.shard_reader": "torch.distributed.checkpoint's other half",
    "distributed.shard_writer": "a file of each rank, in its format",
    "distributed.sharded_checkpoint": "torch.distributed.checkpoint",
    "distributed.strategies": "which of the files beside it is asked",
    "distributed.tensor_parallel": "matrices that ranks share, by DTensor",
    "distributed.watch": "names the rank for which all the others wait",
    "layers.whole_tensors": "what DTensors hold, made whole and filled",
    "generation.compiled": "torch.compile: NumPy has no compiler",
    "layers.compiler": "whether torch.compile has what it needs",
    "layers.fused": "chooses between torch's fused kernels and the steps",
    "layers.fused_attention": "asks torch's kernel for what it has no name for",
    "layers.onednn": "a faster library for products on AMD's processors",
    "finetuning.traced_classifier": "torch.export: see models.traced",
    "models.onnx_file": "torch.onnx: NumPy has no graph to write",
    "models.traced": "what torch.export cannot follow, in another form",
    "training.data_sheet": "what makers promise of GPUs; NumPy has none",
    "training.device": "CUDA, MPS, autocast and compile",
    "training.fused_adamw": "torch's own kernel of the rule that both spell out",
    "training.loss_scale": "float16, in which the reference does not compute",
    "training.padded_head": "an output layer of as many rows as a GPU likes",
    "training.recomputation": "activation checkpointing, by torch",
}

# Modules that only the reference has, with the reason.
NUMPY_ONLY = {
    "layers.few_rows": "what layers.onednn is to the twin: products BLAS is slow at",
    "layers.parallel": "torch runs row-wise mathematics on all cores itself",
    "training.data_parallel": "parts of a batch in threads: torch's need none",
}


def modules(package):
    """Dotted names of the files below a package."""
    return {m.name.removeprefix(package.__name__ + ".") for m in
            pkgutil.walk_packages(package.__path__, package.__name__ + ".")
            if not m.ispkg}


OURS, THEIRS = modules(numpy_impl), modules(torch_impl)
BOTH = sorted(OURS & THEIRS)


def test_every_file_is_one_of_a_pair():
    assert OURS - set(NUMPY_ONLY) == THEIRS - set(TORCH_ONLY)
    assert set(NUMPY_ONLY) <= OURS
    assert set(TORCH_ONLY) <= THEIRS


def test_no_file_only_passes_on_what_another_says():
    """What is written once is imported from twinformer, where it is needed."""
    for package in (numpy_impl, torch_impl):
        for path in Path(package.__path__[0]).rglob("*.py"):
            assert "import *" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("name", BOTH)
def test_same_names_in_the_same_order(name):
    """But for the backward functions, which autograd makes unnecessary."""
    ours = importlib.import_module(f"numpy_impl.{name}")
    theirs = importlib.import_module(f"torch_impl.{name}")
    public = [n for n in getattr(ours, "__all__", [])
              if not n.endswith("_backward")]
    assert public == list(getattr(theirs, "__all__", []))
    for n in public:
        assert hasattr(ours, n) and hasattr(theirs, n), n


@pytest.mark.parametrize("name", BOTH)
def test_same_signatures(name):
    """Of functions, of constructors, and of every public method that both
    classes define."""
    ours = importlib.import_module(f"numpy_impl.{name}")
    theirs = importlib.import_module(f"torch_impl.{name}")
    for public in getattr(theirs, "__all__", []):
        a, b = getattr(ours, public), getattr(theirs, public)
        if a is b or not getattr(b, "__module__", "").startswith("torch_impl"):
            continue
        if inspect.isclass(a):
            assert names_of(a) == names_of(b), public
            for method, f in vars(a).items():
                if method in vars(b) and inspect.isfunction(f):
                    g = getattr(b, method)
                    assert names_of(f) == names_of(g), f"{public}.{method}"
        else:
            assert takes_the_same(a, b), public


# Public functions whose backward the twin does inside a kernel need one more
# argument there.
EXTRA = {"flash_attention": ["rate"]}


def takes_the_same(a, b):
    return names_of(b) == names_of(a) + [
        (name, 0.0) for name in EXTRA.get(a.__name__, [])]


def names_of(f):
    """Parameters and their defaults; annotations differ with the library."""
    return [(p.name, p.default) for p
            in inspect.signature(f).parameters.values()]


# Models that are composed of the same layers are proven by the same tests
TOGETHER = dict.fromkeys(
    (f"models.{kind}" for kind in ("llama", "qwen3", "qwen3_moe", "gemma3", "olmo3",
                                   "gpt_oss", "building")), "architectures")


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_file_has_its_proof(name):
    *folder, file = name.split(".")
    file = TOGETHER.get(name, file)
    assert (HERE.joinpath(*folder) / f"test_{file}.py").exists()


@pytest.mark.parametrize("path", sorted(
    p.relative_to(HERE.parent).as_posix()
    for package in ("numpy_impl", "torch_impl", "twinformer")
    for p in (HERE.parent / package).rglob("*.py")
    # what a learner writes has no such list
    if not p.name.startswith("__") and "exercises/catalog" not in p.as_posix()))
def test_public_names_are_declared(path):
    """Every module with a public name says which: __all__."""
    if path == "twinformer/lm_eval.py":
        pytest.importorskip("lm_eval", reason="its class is one of the harness's")
    module = importlib.import_module(
        path.removesuffix(".py").replace("/", "."))
    defined = [n for n, f in vars(module).items() if not n.startswith("_")
               and getattr(f, "__module__", None) == module.__name__]
    assert not defined or hasattr(module, "__all__")


def test_both_packages_offer_the_same_names():
    """`from numpy_impl import X`, `from torch_impl import X`."""
    def offered(package, only):
        alone = {public for name in only for public
                 in importlib.import_module(f"{package.__name__}.{name}").__all__}
        return {name for name in package.__all__
                if not name.endswith("_backward")} - alone
    assert offered(numpy_impl, NUMPY_ONLY) == offered(torch_impl, TORCH_ONLY)


@pytest.mark.parametrize("package", [numpy_impl, torch_impl])
def test_every_public_name_is_offered_at_the_top(package):
    for name in modules(package):
        module = importlib.import_module(f"{package.__name__}.{name}")
        for public in getattr(module, "__all__", []):
            assert public in package.__all__, f"{name}.{public}"
            assert getattr(package, public) is getattr(module, public)


def test_numpy_impl_never_imports_torch():
    """Not even where it is installed; in a process of its own."""
    code = (
        "import importlib, pkgutil, sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'torch':\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import numpy_impl as p\n"
        "for m in pkgutil.walk_packages(p.__path__, 'numpy_impl.'):\n"
        "    importlib.import_module(m.name)\n"
        "assert 'torch' not in sys.modules\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE.parent,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_two_columns_fit_side_by_side():
    """79 columns each."""
    long = [f"{path}:{number}" for package in (numpy_impl, torch_impl)
            for path in Path(package.__path__[0]).rglob("*.py")
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
            if len(line) > 79]
    assert not long
