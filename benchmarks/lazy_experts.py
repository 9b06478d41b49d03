"""A mixture of experts that is larger than the memory it runs in, in NumPy.

    python -m benchmarks.lazy_experts
    python -m benchmarks.lazy_experts --layers 24 --tokens 32 --room 0 256 1024

A Qwen3 with experts, scaled down, is written with random weights, and deleted afterwards. It is
loaded with lazily=True, in a process of its own for each amount of room for the experts that were
used last, and continues a text. The peak is that of the whole process. Random experts are chosen
more evenly than trained ones are, so that fewer of them are still there when they are needed.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .checkpoints import write_checkpoint
from .loading import peak_memory

PROMPT = [1, 2, 3, 4, 5, 6, 7, 8]
GIGA = 1e9


def scaled_down(layers: int):
    from twinformer.architectures.qwen3 import Qwen3MoEConfig

    return Qwen3MoEConfig(
        vocab_size=32768, context_length=2048, d_model=1024, n_heads=16, n_kv_heads=4,
        head_dim=64, d_hidden=384, n_layers=layers, n_experts=64, n_active=8)


def work(options) -> None:
    """In a process of its own"""
    from numpy_impl import generate
    from numpy_impl.models.pretrained import load_pretrained

    start = time.perf_counter()
    model = load_pretrained(options.folder, lazily=not options.whole,
                            room=options.room[0] * 10**6)
    loaded = time.perf_counter() - start
    tokens = generate(model, PROMPT, options.tokens, temperature=0)
    first = next(iter(tokens))
    begun = time.perf_counter()
    rest = list(tokens)
    seconds = time.perf_counter() - begun
    experts = model.blocks[0].feed_forward.experts
    print(json.dumps({
        "loaded": loaded, "speed": len(rest) / seconds, "peak": peak_memory(),
        "ids": [int(first), *map(int, rest)],
        "read": None if options.whole else experts.recent.made}))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--room", type=int, nargs="*", default=[0, 250, 1000],
                        help="millions of bytes for the experts that were used last")
    parser.add_argument("--whole", action="store_true",
                        help="also load it as a whole, if there is memory for it")
    parser.add_argument("--dtype", choices=["bfloat16", "float32"], default="bfloat16")
    parser.add_argument("--folder", help="where the checkpoint goes; default: a temporary one")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)
    config = scaled_down(options.layers)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        size = write_checkpoint(Path(folder), config, options.dtype)
        print(f"\n{config.parameter_count():,} parameters, of which "
              f"{config.active_parameter_count():,} work on a token; "
              f"{size / GIGA:.2f} GB in {options.dtype}\n\n"
              "| room for experts | peak | of the file | experts read | tokens a second |\n"
              "|---|---|---|---|---|")
        ids = set()
        for words in ([["--room", str(room)] for room in options.room]
                      + [["--whole"]] * options.whole):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.lazy_experts", "--worker", "--folder", folder,
                 "--tokens", str(options.tokens), *words],
                check=True, stdout=subprocess.PIPE, text=True)
            result = json.loads(done.stdout.splitlines()[-1])
            ids.add(tuple(result["ids"]))
            room = "all in memory" if words == ["--whole"] else f"{int(words[1]) / 1000:.2f} GB"
            print(f"| {room} | {result['peak'] / GIGA:.2f} GB | {result['peak'] / size:.2f}x "
                  f"| {result['read'] or '-'} | {result['speed']:.2f} |", flush=True)
        assert len(ids) == 1, "the tokens depend on where the experts lie"
    print("\n" + needs("qwen3-30b-a3b"))


def needs(name: str) -> str:
    """What a published model would take, computed and not measured."""
    from twinformer.architectures.kinds import all_presets

    c = all_presets()[name]
    expert = 3 * c.d_model * c.d_hidden
    rest = c.parameter_count() - c.n_layers * c.n_experts * expert
    a_token = c.n_layers * c.n_active * expert
    return (f"{name}: all in memory {4 * c.parameter_count() / GIGA:.0f} GB in float32; what is "
            f"no expert {4 * rest / GIGA:.1f} GB, and one expert {4 * expert / GIGA:.3f} GB; a "
            f"token meets {c.n_layers * c.n_active} experts, {2 * a_token / GIGA:.2f} GB to read "
            "in bfloat16 where none is there")


if __name__ == "__main__":
    main()
