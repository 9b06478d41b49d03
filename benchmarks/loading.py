"""How much memory and time it takes to load a model, beside the naive way.

    python -m benchmarks.loading --model gpt2-large
    python -m benchmarks.loading --model gpt2-xl --contestants numpy twin
    python -m benchmarks.loading --model qwen3-0.6b --dtype bfloat16

In float32 they compute all the same, whatever the file is in.

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


def load_numpy(folder):
    from numpy_impl.models.pretrained import load_pretrained
    return load_pretrained(folder), lambda model: model.forward(IDS)[0]


def load_numpy_naive(folder):
    from numpy_impl import new_model, set_parameters

    config, parameters = naive(folder)
    model = new_model(config)
    set_parameters(model, parameters)
    return model, lambda model: model.forward(IDS)[0]


def load_twin(folder):
    import torch

    from torch_impl.models.pretrained import load_pretrained
    return load_pretrained(folder), torch.inference_mode()(
        lambda model: model(torch.from_numpy(IDS)))


def load_twin_naive(folder):
    import torch

    from torch_impl import new_model, set_parameters

    config, parameters = naive(folder)
    model = new_model(config)
    set_parameters(model, parameters)
    return model.eval(), torch.inference_mode()(
        lambda model: model(torch.from_numpy(IDS)))


def naive(folder):
    """All of the file, in float32 and turned as the model wants it."""
    from safetensors.torch import load_file

    from twinformer.pretrained.formats.place import taken
    from twinformer.pretrained.formats.registry import format_of
    from twinformer.pretrained.formats.settings import Settings

    settings = Settings.read(folder / "config.json")
    format = format_of(settings)
    config = format.read_config(settings)
    arrays = {name: tensor.float().numpy() for file in folder.glob("*.safetensors")
              for name, tensor in load_file(file).items()}
    return config, {name: taken(place, arrays[place.tensor])
                    for name, place in format.places(config, arrays).items()}


def load_hugging_face(folder):
    import torch
    from transformers import AutoModelForCausalLM
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), (
        torch.inference_mode()(lambda model: model(torch.from_numpy(IDS)).logits))


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
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32",
                        help="of the file")
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS),
                        choices=CONTESTANTS)
    parser.add_argument("--folder", help="where the checkpoint goes; default: a temporary one")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)

    from twinformer.architectures.kinds import all_presets

    from .checkpoints import write_checkpoint
    from .training_step import machine
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        config = all_presets()[options.model]
        written = write_checkpoint(Path(folder), config, options.dtype)
        size = 4 * config.parameter_count()
        results = {name: json.loads(subprocess.run(
            [sys.executable, "-m", "benchmarks.loading", "--worker", name, "--folder", folder],
            check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
            for name in options.contestants}
    totals = [result["total"] for result in results.values()]
    assert np.allclose(totals, totals[0], rtol=1e-3), totals
    print(f"\n{options.model}, random weights, {written / 1e9:.2f} GB in {options.dtype}, "
          f"{size / 1e9:.2f} GB in float32; {platform.processor() or machine()}\n")
    print("| contestant | peak, loaded | of float32 | peak, after 8 tokens | of float32 "
          "| loaded in |\n|---|---|---|---|---|---|")
    for name, r in results.items():
        print(f"| {CONTESTANTS[name]} | {r['peak'] / 1e9:.2f} GB | {r['peak'] / size:.2f}x "
              f"| {r['peak_after'] / 1e9:.2f} GB | {r['peak_after'] / size:.2f}x "
              f"| {r['seconds']:.1f} s |")


if __name__ == "__main__":
    main()
