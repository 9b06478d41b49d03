"""How long one training step takes, and how much memory, beside its peers:
forward, loss, backward, AdamW; float32, no dropout, random tokens.

    python -m benchmarks.training_step                       # 124M on the CPU
    python -m benchmarks.training_step --model qwen3-100m
    python -m benchmarks.training_step --model qwen3-moe     # 8 experts, 2 at work
    python -m benchmarks.training_step --model demo --batch 12 --length 64
    python -m benchmarks.training_step --model small --batch 12 --nanogpt FOLDER
    python -m benchmarks.training_step --device cuda --precision bfloat16 \\
        --batch 16 --length 1024                             # the twin's GPU

Every contestant runs in a process of its own, as its users would run it, and
all take turns, one step each, so that a noisy machine is unfair to none. The
table gives medians, the ratio to Hugging Face, and each process's peak memory.
With --nanogpt, the folder of a clone of github.com/karpathy/nanoGPT, its model
takes part, with its fused AdamW.
"""
import argparse
import contextlib
import platform
import resource
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.worker import workers

CONTESTANTS = {
    "hugging-face": "Hugging Face, eager, torch.optim.AdamW",
    "nanogpt": "nanoGPT, eager, fused AdamW",
    "numpy": "numpy_impl: the pure NumPy reference",
    "twin-plain": "torch_impl: eager, every step spelled out",
    "twin": "torch_impl: eager, fused kernels and optimizer",
    "twin-compiled": "torch_impl: the same, torch.compile",
}


# A Qwen3 of GPT-2's size, and a small one with experts
QWEN3: dict[str, Any] = {
    "vocab_size": 32768, "context_length": 1024, "d_model": 768,
    "n_heads": 12, "n_kv_heads": 4, "head_dim": 64, "n_layers": 12}
QWEN3_MOE = QWEN3 | {"d_model": 512, "n_heads": 8, "d_hidden": 512,
                     "n_layers": 6, "n_experts": 8, "n_active": 2,
                     "tie_embeddings": True, "balance_weight": 0.0}


def model_config(name):
    from twinformer.architectures.qwen3 import Qwen3Config, Qwen3MoEConfig
    from twinformer.models.config import PRESETS, GPT2Config
    from twinformer.configs.run_config import RunConfig
    if name == "qwen3-100m":
        return Qwen3Config(**QWEN3, d_hidden=2048)
    if name == "qwen3-moe":
        return Qwen3MoEConfig(**QWEN3_MOE)
    if name == "small":     # nanoGPT's Shakespeare on a GPU
        return GPT2Config(vocab_size=65, context_length=256, d_model=384,
                          n_heads=6, n_layers=6, dropout=0.0)
    if name == "first-demo":    # of earlier tables
        return GPT2Config(vocab_size=2048, context_length=128, d_model=128,
                          n_heads=4, n_layers=4, dropout=0.0)
    shape = RunConfig().model if name == "demo" else PRESETS[name]
    return replace(shape, dropout=0.0)


def peer_model(config):
    """The same shape in transformers, new."""
    import transformers
    c = config
    if c.kind == "gpt2":
        return transformers.GPT2LMHeadModel(transformers.GPT2Config(
            vocab_size=c.vocab_size, n_positions=c.context_length,
            n_embd=c.d_model, n_head=c.n_heads, n_layer=c.n_layers,
            resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, use_cache=False))
    shape = dict(
        vocab_size=c.vocab_size, max_position_embeddings=c.context_length,
        hidden_size=c.d_model, num_attention_heads=c.n_heads,
        num_key_value_heads=c.n_kv_heads, num_hidden_layers=c.n_layers,
        intermediate_size=c.d_hidden, tie_word_embeddings=c.tie_embeddings,
        use_cache=False)
    if c.kind == "qwen3":
        return transformers.Qwen3ForCausalLM(transformers.Qwen3Config(
            **shape, head_dim=c.head_dim))
    settings = transformers.Qwen3MoeConfig(
        **shape, moe_intermediate_size=c.d_hidden, num_experts=c.n_experts,
        num_experts_per_tok=c.n_active, norm_topk_prob=c.renormalise)
    settings.head_dim = c.head_dim  # no argument of its constructor
    return transformers.Qwen3MoeForCausalLM(settings)


def our_step(options):
    """A function that takes one training step of ours."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    from twinformer.models.initialisation import initial_parameters
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.training_config import TrainingConfig
    if options.worker == "numpy":
        from numpy_impl.training.learner import pretraining_learner
        device = DeviceConfig(threads=options.threads)
    else:
        from torch_impl.training.learner import (  # type: ignore[assignment]
            pretraining_learner,
        )
        plain = options.worker == "twin-plain"
        device = DeviceConfig(
            device=options.device, precision=options.precision,
            threads=options.threads, fused_kernels=not plain,
            fused_optimizer=not plain,
            compile=options.worker == "twin-compiled")
    config = model_config(options.model)
    learner = pretraining_learner(config, TrainingConfig(clip_norm=0), device,
                      initial_parameters(config, 0))

    def step(ids):
        return learner.train_step([(ids[:, :-1], ids[:, 1:])], 0, 3e-4).loss
    return step


def peer_step(options):
    """A function that takes one training step of Hugging Face's model."""
    import torch
    torch.set_num_threads(options.threads)
    model = peer_model(model_config(options.model))
    model = model.train().to(options.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    mixed = options.precision != "float32"

    def step(ids):
        ids = torch.from_numpy(ids).to(options.device)
        inputs, targets = ids[:, :-1], ids[:, 1:]
        optimizer.zero_grad()
        with torch.autocast(options.device, getattr(torch, options.precision),
                            enabled=mixed):
            logits = model(inputs).logits
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        return float(loss)
    return step


def nanogpt_step(options):
    """A function that takes one training step of nanoGPT's model."""
    import torch
    sys.path.insert(0, str(options.nanogpt))
    from model import GPT, GPTConfig    # type: ignore[import-not-found]
    torch.set_num_threads(options.threads)
    c = model_config(options.model)
    with contextlib.redirect_stdout(sys.stderr):    # it says how large it is
        model = GPT(GPTConfig(
            block_size=c.context_length, vocab_size=c.vocab_size, dropout=0.0,
            n_layer=c.n_layers, n_head=c.n_heads, n_embd=c.d_model, bias=True))
    model = model.train().to(options.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, fused=True)
    mixed = options.precision != "float32"

    def step(ids):
        ids = torch.from_numpy(ids).to(options.device)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(options.device, getattr(torch, options.precision),
                            enabled=mixed):
            _, loss = model(ids[:, :-1].contiguous(), ids[:, 1:].contiguous())
        loss.backward()
        optimizer.step()
        return float(loss.detach())
    return step


def work(options):
    """In a contestant's process: one step for each line that comes in."""
    build = {"hugging-face": peer_step, "nanogpt": nanogpt_step}.get(
        options.worker, our_step)
    step = build(options)
    import numpy as np
    generator = np.random.default_rng(0)
    vocab_size = model_config(options.model).vocab_size
    for _ in sys.stdin:
        ids = generator.integers(0, vocab_size,
                                 (options.batch, options.length + 1))
        start = time.perf_counter()
        loss = step(ids)
        print(time.perf_counter() - start, loss, peak_memory(options.device),
              flush=True)


def peak_memory(device):
    """GB: of the process, or on a GPU of what torch allocated there."""
    if device == "cuda":
        import torch
        return torch.cuda.max_memory_allocated() / 1e9
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="gpt2",
                        help="gpt2, gpt2-medium, ..., demo, first-demo, small, "
                        "qwen3-100m or qwen3-moe")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--nanogpt", type=Path, metavar="FOLDER",
                        help="a clone of nanoGPT, to take part")
    parser.add_argument("--contestants", nargs="*", choices=CONTESTANTS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.contestants = options.contestants or [
        name for name in CONTESTANTS if name != "nanogpt" or options.nanogpt]
    if options.worker:
        return work(options)

    seconds: dict[str, list[float]] = {name: [] for name in options.contestants}
    memory = {}
    with workers("benchmarks.training_step", options.contestants,
                 *sys.argv[1:]) as running:
        for turn in range(options.rounds + 2):     # the first two warm up
            for name, worker in running.items():
                elapsed, loss, memory[name] = worker.ask()
                if turn >= 2:
                    seconds[name].append(elapsed)
                print(f"round {turn} {name} {elapsed:.3f} s, loss {loss:.3f}",
                      file=sys.stderr)
    report(options, seconds, memory)


def report(options, seconds, memory):
    """The table, as Markdown."""
    medians = {name: statistics.median(t) for name, t in seconds.items()}
    peer = medians.get("hugging-face")
    tokens = options.batch * options.length
    print(f"\n{options.model}, B={options.batch}, T={options.length}, "
          f"{options.precision}, {options.device}, {options.threads} threads, "
          f"{options.rounds} rounds; {platform.processor() or machine()}\n")
    print("| contestant | s/step, median (min) | vs Hugging Face | tokens/s "
          "| peak memory |\n|---|---|---|---|---|")
    for name, median in medians.items():
        ratio = f"{median / peer:.2f}x" if peer else "-"
        print(f"| {CONTESTANTS[name]} | {median:.3f} "
              f"({min(seconds[name]):.3f}) | {ratio} | {tokens / median:,.0f} "
              f"| {memory[name]:.2f} GB |")


def machine():
    """The processor's name where the platform module does not know it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(": ")[1].strip() for line in file
                        if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    main()
