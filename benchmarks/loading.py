"""How much memory and time it takes to load a GPT-2, beside the naive way.

    python -m benchmarks.loading --model gpt2-large
    python -m benchmarks.loading --model gpt2-xl --contestants numpy twin

A checkpoint with random weights is written first, and deleted afterwards.
Every contestant loads it in a process of its own, and then computes the
logits of eight tokens. The peak is that of the whole process, interpreter,
libraries and mapped pages of the file included, up to the end of each part.
"""
import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CONTESTANTS = {
    "numpy": "numpy_impl: load_pretrained",
    "numpy-naive": "NumPy, naively: read the file, build the model, copy",
    "twin": "torch_impl: load_pretrained",
    "twin-naive": "torch, naively: read the file, build the model, copy",
    "hugging-face": "transformers: from_pretrained",
}
IDS = np.arange(8)[None]


def write_checkpoint(folder, config):
    """A random checkpoint as transformers writes it, a tensor at a time."""
    from twinformer.models.initialisation import parameter_shapes
    from twinformer.pretrained.formats.registry import config_text
    from twinformer.pretrained.formats.gpt2_names import HUGGING_FACE, is_turned

    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in parameter_shapes(config).items():
        size = 4 * int(np.prod(shape))
        header[HUGGING_FACE(name)] = {
            "dtype": "F32", "shape": shape[::-1] if is_turned(name) else shape,
            "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    generator = np.random.default_rng(0)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for shape in parameter_shapes(config).values():
            numbers = generator.standard_normal(int(np.prod(shape)), np.float32)
            numbers *= 0.02
            numbers.tofile(file)
    (folder / "config.json").write_text(config_text(config, "float32"))


def load_numpy(folder):
    from numpy_impl.models.pretrained import load_pretrained
    return load_pretrained(folder), lambda model: model.forward(IDS)[0]


def load_numpy_naive(folder):
    from safetensors.numpy import load_file

    from numpy_impl.models.gpt2 import GPTModel
    from numpy_impl.models.parameters import set_parameters
    model, parameters = naive(folder, GPTModel, load_file)
    set_parameters(model, parameters)
    return model, lambda model: model.forward(IDS)[0]


def load_twin(folder):
    import torch

    from torch_impl.models.pretrained import load_pretrained
    return load_pretrained(folder), torch.inference_mode()(
        lambda model: model(torch.from_numpy(IDS)))


def load_twin_naive(folder):
    import torch
    from safetensors.torch import load

    from torch_impl.models.gpt2 import GPTModel
    model, parameters = naive(
        folder, GPTModel, lambda path: load(Path(path).read_bytes()))
    model.load_state_dict(parameters, strict=False)
    return model.eval(), torch.inference_mode()(
        lambda model: model(torch.from_numpy(IDS)))


def naive(folder, model_class, load_file):
    """A new model, and all of the file, turned as the model wants it."""
    from twinformer.models.initialisation import parameter_shapes
    from twinformer.pretrained.formats.gpt2_config import read_config
    from twinformer.pretrained.formats.gpt2_names import HUGGING_FACE, turned
    config = read_config(folder / "config.json")
    arrays = load_file(folder / "model.safetensors")
    return model_class(config), {
        name: turned(name, arrays[HUGGING_FACE(name)])
        for name in parameter_shapes(config)}


def load_hugging_face(folder):
    import torch
    from transformers import GPT2LMHeadModel
    return GPT2LMHeadModel.from_pretrained(folder), torch.inference_mode()(
        lambda model: model(torch.from_numpy(IDS)).logits)


def work(options):
    """In a contestant's process."""
    load = globals()[f"load_{options.worker.replace('-', '_')}"]
    start = time.perf_counter()
    model, logits_of = load(Path(options.folder))
    loaded, peak = time.perf_counter() - start, peak_memory()
    total = float(np.abs(np.asarray(logits_of(model))).sum())
    print(json.dumps({"seconds": loaded, "peak": peak, "peak_after": peak_memory(),
                      "all": time.perf_counter() - start, "total": total}))


def peak_memory():
    """Bytes of the whole process"""
    import resource
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="gpt2-large")
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS),
                        choices=CONTESTANTS)
    parser.add_argument("--folder", help="where the checkpoint goes; default: a temporary one")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)

    from twinformer.models.config import preset

    from .training_step import machine
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        write_checkpoint(Path(folder), preset(options.model))
        size = (Path(folder) / "model.safetensors").stat().st_size
        results = {name: json.loads(subprocess.run(
            [sys.executable, "-m", "benchmarks.loading", "--worker", name, "--folder", folder],
            check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
            for name in options.contestants}
    totals = [result["total"] for result in results.values()]
    assert np.allclose(totals, totals[0], rtol=1e-3), totals
    print(f"\n{options.model}, random weights, a file of {size / 1e9:.2f} GB; "
          f"{platform.processor() or machine()}\n")
    print("| contestant | peak, loaded | of the file | peak, after 8 tokens | of the file "
          "| loaded in |\n|---|---|---|---|---|---|")
    for name, r in results.items():
        print(f"| {CONTESTANTS[name]} | {r['peak'] / 1e9:.2f} GB | {r['peak'] / size:.2f}x "
              f"| {r['peak_after'] / 1e9:.2f} GB | {r['peak_after'] / size:.2f}x "
              f"| {r['seconds']:.1f} s |")


if __name__ == "__main__":
    main()
