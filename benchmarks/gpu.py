"""Everything that only a GPU can show, in one script: parity, speed, memory.

    python -m benchmarks.gpu --parts parity tests memory
    python -m benchmarks.gpu --parts training
    python -m benchmarks.gpu --parts decode fsdp
    python -m benchmarks.gpu --parts ladder
    python -m benchmarks.gpu --dry-run               # all of it, tiny, on the CPU

    parity    every kind of model on the GPU, in float32 and bfloat16, against the reference in
              float64: loss and all gradients
    tests     the test files that skip something where there is no GPU
    training  GPT-2 124M, windows of 1024, bfloat16, compiled: tokens/s, utilisation, memory; the
              aims are 468,000 tokens/s on an H100 and 60 % of its arithmetic
    decode    milliseconds a token, one text and several, beside Hugging Face
    ladder    benchmarks/ladder.py: from the plain loop to the best setting
    fsdp      FSDP2 and DDP on one GPU, which should cost next to nothing
    memory    what activation checkpointing saves, and the largest batch

Each line is written to OUT/gpu_PART.json as it comes, and OUT/gpu.md anew, from all parts that are
there: parts can be run in several calls, each of a few minutes, on a machine without a network.
What a measurement needs runs in a process of its own; one that fails is a line in the table, and
the others go on. Only torch, NumPy and what numpy_impl and torch_impl import is needed, Hugging
Face's transformers for its column, and pytest for the tests.
"""
import argparse
import dataclasses
import importlib.util
import json
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.training_step import model_config, peer_model
from twinformer.io.files import write_atomically
from twinformer.io.strict_json import json_text

ROOT = Path(__file__).parents[1]
PARTS = ("parity", "tests", "training", "decode", "ladder", "fsdp", "memory")
AIM_SPEED, AIM_SHARE = 468_000, 0.60     # tokens/s of llm.c on an H100; of its arithmetic
LIMIT = 540     # seconds that one measurement may take
WARM_UP, ROUNDS = 5, 20
SPEEDS = ("who", "batch", "tokens/s", "of the data sheet", "ms/step", "memory")


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu", description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=[*PARTS])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results",
                        help="the folder of the pages")
    parser.add_argument("--dry-run", action="store_true",
                        help="on the CPU, with tiny shapes, in build/gpu unless --out says "
                        "otherwise: whether the script works")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.measure:
        job = json.loads(options.measure)
        print(json_text(MEASURES[job.pop("what")](**job)), flush=True)
        return 0
    import torch

    if not torch.cuda.is_available() and not options.dry_run:
        parser.error("there is no GPU that torch can use here; --dry-run tries the script out")
    out = options.out
    if options.dry_run and out == parser.get_default("out"):
        out = ROOT / "build" / "gpu"
    out.mkdir(parents=True, exist_ok=True)
    for part in options.parts:
        print(f"\n## {part}", flush=True)
        globals()[f"{part}_lines"](options.dry_run, Lines(part, out, options.dry_run))
    print(f"\nwritten: {out / 'gpu.md'}")
    return 0


class Lines:
    """The lines of a part; each is printed and on the disk at once, so that a call that is ended
    has brought what it had.

    Parameters
    ----------
    part : str
    out : Path
        The folder of the pages.
    dry : bool
    """

    def __init__(self, part: str, out: Path, dry: bool):
        self.part, self.out, self.dry = part, out, dry
        self.began = time.perf_counter()
        self.lines: list[str] = []

    def __call__(self, *lines: str) -> None:
        print(*lines, sep="\n", flush=True)
        self.lines += lines
        write_atomically(self.out / f"gpu_{self.part}.json", json_text(
            {"part": self.part, "machine": machine_line(), "dry_run": self.dry,
             "seconds": time.perf_counter() - self.began, "lines": self.lines}, indent=1) + "\n")
        write_atomically(self.out / "gpu.md", page(self.out))

    def head(self, *names: str) -> None:
        """Of a table."""
        self(f"| {' | '.join(names)} |", "|---" * len(names) + "|")


def machine_line() -> str:
    import numpy
    import torch

    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return (f"{name}, Python {platform.python_version()}, torch {torch.__version__}, NumPy "
            f"{numpy.__version__}")


def page(out: Path) -> str:
    """gpu.md, from the parts that are there, in their order."""
    found = [json.loads(file.read_text("utf-8")) for part in PARTS
             if (file := out / f"gpu_{part}.json").exists()]
    lines = ["# On a GPU", "", "Made by benchmarks/gpu.py, which says what each part is:", ""]
    for part in PARTS:
        lines.append(f"    python -m benchmarks.gpu --parts {part}")
    for each in found:
        tiny = " A DRY RUN, on the CPU, with tiny shapes: no result." if each["dry_run"] else ""
        lines += ["", f"## {each['part']}", "", f"{each['machine']}; {each['seconds']:.0f} s."
                  f"{tiny}", "", *each["lines"]]
    missing = [part for part in PARTS if part not in {each["part"] for each in found}]
    if missing:
        lines += ["", f"Not yet run: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


# Each measurement in a process of its own

def measured(what: str, here: bool = False, launcher: tuple[str, ...] = (), **job) -> dict:
    """What MEASURES[what](**job) gives; {"error": why} where it fails.

    here : in this process, as a dry run does, for which a new one takes too long
    launcher : python -m WORDS around it
    """
    if here:
        try:
            return MEASURES[what](**job)
        except Exception as problem:    # whatever it is, it is a line of the table
            return {"error": f"{type(problem).__name__}: {problem}".splitlines()[0]}
    words = ["-m", "benchmarks.gpu", "--measure", json_text({"what": what, **job})]
    try:
        done = subprocess.run([sys.executable, *launcher, *words], cwd=ROOT, text=True,
                              capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"error": f"took longer than {LIMIT} s"}
    for line in reversed(done.stdout.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    problems = [line for line in done.stderr.splitlines() if "Error" in line]
    return {"error": (problems or ["it ended with code " + str(done.returncode)])[-1][:200]}


def fitted(name: str, length: int, tiny: bool):
    """A preset without dropout, or, to try things out, a small model of its kind."""
    config = model_config(name)
    if tiny:
        config = dataclasses.replace(config, vocab_size=300, context_length=max(length, 16),
                                     d_model=32, n_heads=2, n_layers=1)
    return config


def device_config(device: str, **settings):
    """A DeviceConfig; what it has no field for is an error that says so."""
    from twinformer.configs.device_config import DeviceConfig

    settings["device"] = device
    known = {field.name for field in dataclasses.fields(DeviceConfig)}
    if unknown := set(settings) - known:
        raise ValueError(f"DeviceConfig has no {', '.join(sorted(unknown))} in this version")
    return DeviceConfig(**settings)


def training_speed(model: str, batch: int, length: int, device: str, settings: dict,
                   rounds: int = ROUNDS, warm_up: int = WARM_UP, tiny: bool = False,
                   ranks: bool = False) -> dict:
    """One model's training step: its median, tokens/s, utilisation and peak memory."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np

    from torch_impl.training.learner import pretraining_learner
    from torch_impl.training.throughput import peak_flops
    from twinformer.configs.training_config import TrainingConfig
    from twinformer.models.initialisation import initial_parameters

    config, machine = fitted(model, length, tiny), device_config(device, **settings)
    joined = None
    if ranks:
        from torch_impl.distributed.joining import join_ranks

        joined = join_ranks(machine)
    learner = pretraining_learner(config, TrainingConfig(clip_norm=1.0), machine,
                                  initial_parameters(config, 0))
    draw, seconds = np.random.default_rng(0), []
    for step in range(1, warm_up + rounds + 1):
        ids = draw.integers(0, config.vocab_size, (batch, length + 1))
        began = time.perf_counter()
        result = learner.train_step([(ids[:, :-1], ids[:, 1:])], step, 3e-4)
        if step > warm_up:      # the loss has come back, so the step is over
            seconds.append(time.perf_counter() - began)
    speed = batch * length / statistics.median(seconds)
    flops = speed * config.flops_per_token(length)
    peak = peak_flops(learner)
    found = {"tokens_per_second": speed, "utilisation": flops / peak, "loss": result.loss,
             "milliseconds": 1000 * statistics.median(seconds), "memory": gpu_memory(device)}
    if joined is not None:
        joined.leave()
    return found


def hugging_face_speed(model: str, batch: int, length: int, device: str, rounds: int = ROUNDS,
                       warm_up: int = WARM_UP, tiny: bool = False, compile: bool = True) -> dict:
    """The same of Hugging Face's model, with all that is usual there."""
    import numpy as np
    import torch

    torch.set_float32_matmul_precision("high")
    config = fitted(model, length, tiny)
    peer = peer_model(config).train().to(device)
    optimizer = torch.optim.AdamW(peer.parameters(), lr=3e-4, fused=True)
    run = torch.compile(peer) if compile else peer
    draw, seconds = np.random.default_rng(0), []
    for step in range(warm_up + rounds):
        ids = draw.integers(0, config.vocab_size, (batch, length + 1))
        began = time.perf_counter()
        there = torch.from_numpy(ids).to(device)
        optimizer.zero_grad()
        with torch.autocast(device, torch.bfloat16):
            logits = run(there[:, :-1]).logits
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), there[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(peer.parameters(), 1.0)
        optimizer.step()
        last = loss.item()
        if step >= warm_up:
            seconds.append(time.perf_counter() - began)
    return {"tokens_per_second": batch * length / statistics.median(seconds), "loss": last,
            "milliseconds": 1000 * statistics.median(seconds), "memory": gpu_memory(device)}


def gpu_memory(device: str) -> float:
    """GB at the peak, on a GPU."""
    import torch

    return torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else 0.0


def decoding_speed(model: str, batch: int, prompt: int, tokens: int, device: str, who: str,
                   tiny: bool = False, precision: str = "float32") -> dict:
    """Milliseconds a token after the first, and until the first."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np
    import torch

    from twinformer.backend import implementation
    from twinformer.models.initialisation import initial_parameters

    torch.set_float32_matmul_precision("high")
    config = fitted(model, prompt + tokens, tiny)
    dtype = getattr(torch, precision)
    ids = np.random.default_rng(0).integers(0, config.vocab_size, (batch, prompt))
    if who == "twin":
        package = implementation("torch")
        mine = package.model_of(config, initial_parameters(config, 0)).to(device, dtype).eval()

        def times():
            stamps = [time.perf_counter()]
            for _ in package.generate(mine, ids, tokens, temperature=0.0):
                stamps.append(time.perf_counter())
            return stamps
    else:
        peer = peer_model(config).to(device, dtype).eval()

        def times():
            stamps, new, past = [time.perf_counter()], torch.from_numpy(ids).to(device), None
            with torch.inference_mode():
                for _ in range(tokens):
                    result = peer(new, past_key_values=past, use_cache=True)
                    past = result.past_key_values
                    new = result.logits[:, -1:].argmax(-1)
                    new.cpu()
                    stamps.append(time.perf_counter())
            return stamps
    times()     # kernels are loaded
    runs = [np.diff(times()) for _ in range(3)]
    return {"first": 1000 * float(np.median([run[0] for run in runs])),
            "each": 1000 * float(np.median(np.concatenate([run[1:] for run in runs]))),
            "memory": gpu_memory(device)}


def gradient_errors(kind: str, device: str, dtype: str, fused: bool) -> dict:
    """How far the twin is from the reference in float64: of the loss, and of the gradient of each
    parameter, as a share of its length; the worst of them."""
    import numpy_impl
    import numpy as np

    from torch_impl.training.learner import pretraining_learner
    from twinformer.architectures.kinds import small_model
    from twinformer.configs.training_config import TrainingConfig
    from twinformer.models.initialisation import initial_parameters

    config = small_model(kind)
    if hasattr(config, "dropout"):
        config = dataclasses.replace(config, dropout=0.0)
    parameters, training = initial_parameters(config, 0), TrainingConfig(clip_norm=0)
    ids = np.random.default_rng(0).integers(0, config.vocab_size, (2, 33))
    batch = [(ids[:, :-1], ids[:, 1:])]
    exact = numpy_impl.pretraining_learner(
        config, training, device_config("auto"),
        {name: array.astype(np.float64) for name, array in parameters.items()})
    truth = exact.train_step(batch, 1, 0.0)
    settings = {"precision": dtype, "tf32": False, "fused_kernels": fused}
    twin = pretraining_learner(config, training, device_config(device, **settings), parameters)
    found = twin.train_step(batch, 1, 0.0)
    errors = {}
    for name, gradient in exact.model.named_gradients():
        size = np.linalg.norm(gradient)
        grad = dict(twin.model.named_parameters())[name].grad
        if size > 1e-12 and grad is not None:
            errors[name] = float(np.linalg.norm(
                grad.detach().double().cpu().numpy() - gradient) / size)
    worst = max(errors, key=lambda name: errors[name])
    return {"loss": abs(found.loss - truth.loss) / truth.loss, "gradient": errors[worst],
            "worst": worst}


MEASURES: dict[str, Callable[..., dict]] = {
    "training": training_speed, "hugging_face": hugging_face_speed,
    "decoding": decoding_speed, "gradients": gradient_errors}


# The parts: they say lines of Markdown

def parity_lines(dry: bool, say: Lines) -> None:
    """Torch's own error is that of the spelled-out operations, in the same precision and place;
    the fused ones may err twice as much, as everywhere in this project. In float32 both have to
    be as near as rounding brings them."""
    from twinformer.architectures.kinds import KINDS

    device, kinds = ("cpu", ["gpt2"]) if dry else ("cuda", [*KINDS])
    say.head("model", "precision", "loss", "worst gradient, spelled out", "fused", "of", "")
    for kind in kinds:
        for dtype in ("float32", "bfloat16"):
            plain, fused = (measured("gradients", dry, kind=kind, device=device, dtype=dtype,
                                     fused=fused) for fused in (False, True))
            if error := plain.get("error") or fused.get("error"):
                say(f"| {kind} | {dtype} | {error} | | | | failed |")
                continue
            allowed = 2 * max(plain["gradient"], 1e-5 if dtype == "float32" else 1e-2)
            near = dtype != "float32" or plain["gradient"] < 1e-3
            agrees = "agrees" if fused["gradient"] <= allowed and near else "DIFFERS"
            say(f"| {kind} | {dtype} | {fused['loss']:.1e} | {plain['gradient']:.1e} | "
                         f"{fused['gradient']:.1e} | {fused['worst']} | {agrees} |")


def tests_lines(dry: bool, say: Lines) -> None:
    """All test files in which something is skipped without CUDA."""
    found = [path for folder in ("tests", "parity_tests") for path in (ROOT / folder).rglob("*.py")
             if path.name.startswith("test_") and re.search(
                 r"cuda\.is_available|needs? (?:CUDA|a GPU)|\"cuda\", marks",
                 path.read_text("utf-8"))]
    files = [path.relative_to(ROOT).as_posix() for path in sorted(found)
             if path.name != "test_gpu.py"]
    if importlib.util.find_spec("pytest") is None:
        return say("pytest is not installed here; not run: " + ", ".join(files))
    how = ["--collect-only"] if dry else ["-rs"]
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *how,
                           *files], cwd=ROOT, capture_output=True, text=True)
    said = done.stdout.splitlines()
    kept = [line for line in said if re.match(r"(FAILED|ERROR|SKIPPED|E  )", line)]
    say(", ".join(f"`{name}`" for name in files), "",
        *(f"    {line[:160]}" for line in [*kept[:40], *said[-1:]]))


def training_lines(dry: bool, say: Lines) -> None:
    """GPT-2 124M as one trains it."""
    device, length = ("cpu", 16) if dry else ("cuda", 1024)
    batches = [2] if dry else [16, 32, 64]
    fast = {"precision": "bfloat16", "vocabulary_multiple": 64}
    quick: dict[str, Any] = {"rounds": 2, "warm_up": 1, "tiny": True} if dry else {}
    say(f"GPT-2 124M, windows of {length}, bfloat16, AdamW, gradients clipped, random tokens; the "
        f"median of {quick.get('rounds', ROUNDS)} steps.", "")
    say.head(*SPEEDS)
    best = {"tokens_per_second": 0.0, "utilisation": 0.0}
    for batch in batches:
        for who, compile in (("twin", False), ("twin, compiled", True)):
            if batch > batches[0] and not compile:
                continue
            found = measured("training", dry, model="gpt2", batch=batch, length=length,
                             device=device, settings=fast | {"compile": compile and not dry},
                             **quick)
            say(speed_row(who, batch, found))
            if found.get("tokens_per_second", 0) > best["tokens_per_second"]:
                best = found
    found = measured("hugging_face", dry, model="gpt2", batch=batches[0], length=length,
                     device=device, compile=not dry, **quick)
    say(speed_row("Hugging Face, compiled, fused AdamW", batches[0], found))
    share = best["utilisation"]
    say("", f"Best: {best['tokens_per_second']:,.0f} tokens/s (aim: {AIM_SPEED:,}), "
        f"{share:.0%} of the data sheet (aim: {AIM_SHARE:.0%}).")


def speed_row(who: str, batch: int, found: dict) -> str:
    if "error" in found:
        return f"| {who} | {batch} | {found['error']} | | | |"
    share = f"{found['utilisation']:.0%}" if "utilisation" in found else "-"
    return (f"| {who} | {batch} | {found['tokens_per_second']:,.0f} | {share} | "
            f"{found['milliseconds']:.1f} | {found['memory']:.1f} GB |")


def decode_lines(dry: bool, say: Lines) -> None:
    """One token after the other."""
    device = "cpu" if dry else "cuda"
    say.head("model", "precision", "batch", "who", "ms/token", "ms to the first", "memory")
    models = ["gpt2"] if dry else ["gpt2", "qwen3-100m"]
    for model in models:
        for precision in ("float32",) if dry else ("float32", "bfloat16"):
            for batch in (1, 8):
                for who in ("twin", "Hugging Face"):
                    found = measured("decoding", dry, model=model, batch=batch,
                                     prompt=4 if dry else 32, tokens=3 if dry else 64,
                                     device=device, who=who, tiny=dry, precision=precision)
                    say(f"| {model} | {precision} | {batch} | {who} | " + (
                        f"{found['error']} | | |" if "error" in found else
                        f"{found['each']:.2f} | {found['first']:.1f} | "
                        f"{found['memory']:.2f} GB |"))


def ladder_lines(dry: bool, say: Lines) -> None:
    """The GPU's ladder; on the CPU two of its rungs."""
    words = (["--model", "tiny", "--batch", "2", "--length", "16", "--rounds", "1", "--threads",
              "1", "--steps", "0", "8"] if dry else
             ["--device", "cuda", "--model", "gpt2", "--batch", "8", "--length", "1024",
              "--larger", "4"])
    done = subprocess.run([sys.executable, "-m", "benchmarks.ladder", *words], cwd=ROOT, text=True,
                          capture_output=True)
    if done.returncode:
        return say(f"failed: {(done.stderr.splitlines() or ['?'])[-1]}")
    say(*done.stdout.splitlines())


def fsdp_lines(dry: bool, say: Lines) -> None:
    """One rank: what the machinery costs."""
    device, length, batch = ("cpu", 16, 2) if dry else ("cuda", 1024, 16)
    settings = {"precision": "float32" if dry else "bfloat16", "compile": not dry}
    quick: dict[str, Any] = {"rounds": 2, "warm_up": 1, "tiny": True} if dry else {}
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "1")
    say.head(*SPEEDS)
    alone = measured("training", dry, model="gpt2", batch=batch, length=length, device=device,
                     settings=settings, **quick)
    say(speed_row("one process", batch, alone))
    for strategy in ("ddp", "fsdp"):
        try:
            device_config(device, strategy=strategy)
        except ValueError as problem:
            say(speed_row(strategy, batch, {"error": str(problem)}))
            continue
        found = measured("training", launcher=launcher, model="gpt2", batch=batch, length=length,
                         device=device, settings=settings | {"strategy": strategy}, ranks=True,
                         **quick)
        say(speed_row(f"one rank, {strategy}", batch, found))


def memory_lines(dry: bool, say: Lines) -> None:
    """Activations are most of it; recomputed, they are little."""
    device, length = ("cpu", 16) if dry else ("cuda", 1024)
    quick: dict[str, Any] = {"tiny": True} if dry else {}
    say.head("model", "batch", "activations", "tokens/s", "memory")
    for model, batches in ({"gpt2": [2]} if dry else
                           {"gpt2": [8, 32, 128], "gpt2-medium": [8, 32], "gpt2-xl": [4]}).items():
        for batch in batches:
            for again in (False, True):
                found = measured("training", dry, model=model, batch=batch, length=length,
                                 device=device, rounds=3, warm_up=2, settings={
                                     "precision": "bfloat16", "vocabulary_multiple": 64,
                                     "activation_checkpointing": again}, **quick)
                say(f"| {model} | {batch} | {'recomputed' if again else 'kept'} | " + (
                    f"{found['error']} | |" if "error" in found else
                    f"{found['tokens_per_second']:,.0f} | {found['memory']:.1f} GB |"))


if __name__ == "__main__":
    sys.exit(main())
