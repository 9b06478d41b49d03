"""What is written once: everything around the two implementations.

    import twinformer

    model = twinformer.load_pretrained("gpt2", backend="numpy")
    run = twinformer.open_run("runs/run-1")
    twinformer.implementation("torch").GPTModel
    twinformer.implementation("torch").new_model(twinformer.small_model("llama"))

__init__.pyi lists the names; each file is imported when it is first needed.
"""
import os

import lazy_loader

# OpenBLAS reads this once, when NumPy is loaded. By default its threads spin
# for a while after each matrix product, on the cores that the row-wise
# mathematics between two products needs; this sends them to sleep sooner.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "10")

attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str):
    if name == "__version__":  # reading it takes longer than all the rest
        from importlib.metadata import version
        return version("twinformer")
    return attribute(name)
