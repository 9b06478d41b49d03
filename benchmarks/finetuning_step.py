"""How long one finetuning step of GPT-2 takes, and how much memory, beside its
peers: a classifier of two classes, read off the last token; forward, loss,
backward, AdamW; float32 on the CPU, random weights, random tokens, no dropout.

    python -m benchmarks.finetuning_step                       # the last block
    python -m benchmarks.finetuning_step --train lora          # beside peft
    python -m benchmarks.finetuning_step --train last_block lora all \\
        --contestants twin                                     # what it saves

What learns, in all contestants the same parameters:

    last_block   the head, the final norm and the last block
    lora         LoRA of rank 16 beside every Linear of all blocks (one A for
                 queries, keys and values, as peft has it), and the head
    all          everything

Every contestant runs in a process of its own, as its users would run it, and
all take turns, one step each, so that a noisy machine is unfair to none. They
begin with the same weights and see the same batches: their losses have to
agree, or the run ends. The table gives medians, of the time on the clock and of
the processor time that the step took, which other work on the machine disturbs
less; the medians of the rounds' ratios to Hugging Face; and each process's peak
memory.
"""
import argparse
import statistics
import sys
import time

from benchmarks.training_step import machine, model_config, peak_memory
from benchmarks.worker import workers

CONTESTANTS = {
    "hugging-face": "Hugging Face GPT2ForSequenceClassification",
    "numpy": "numpy_impl: the pure NumPy reference",
    "twin": "torch_impl: eager",
    "twin-compiled": "torch_impl: torch.compile",
}
RANK, ALPHA, SEED = 16, 16, 123
LEARNING_RATE, WEIGHT_DECAY = 5e-5, 0.1


def parameters(config):
    """The same for all: a GPT-2 and a head of two classes."""
    import numpy as np

    from twinformer.models.initialisation import initial_parameters
    head = np.random.default_rng(1).normal(0, 0.02, (2, config.d_model))
    return (initial_parameters(config, 0), head.astype(np.float32))


def our_step(options, name, train):
    """A function that takes one step of ours."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    from twinformer.batches.collate import ClassificationBatch
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.training_config import TrainingConfig
    if name == "numpy":
        from numpy_impl.finetuning.classification import Classification
        from numpy_impl.finetuning.freezing import train_only
        from numpy_impl.finetuning.lora_model import add_lora, is_lora
        from numpy_impl.layers.linear import Linear
        from numpy_impl.models.parameters import set_parameters
        from numpy_impl.models.pretrained import model_of
        from numpy_impl.training.learner import Learner
    else:
        from torch_impl.finetuning.classification import (  # type: ignore[assignment]
            Classification,
        )
        from torch_impl.finetuning.freezing import train_only
        from torch_impl.finetuning.lora_model import add_lora, is_lora
        from torch_impl.layers.linear import Linear  # type: ignore[assignment]
        from torch_impl.models.parameters import set_parameters
        from torch_impl.models.pretrained import model_of
        from torch_impl.training.learner import Learner  # type: ignore[assignment]
    config = model_config(options.model)
    body, head = parameters(config)
    model = model_of(config, body)
    model.head = Linear(config.d_model, 2, bias=False)
    set_parameters(model.head, {"weight": head})
    if train == "lora":
        add_lora(model, RANK, ALPHA, seed=SEED, separate_qkv=False)
        train_only(model, lambda name: is_lora(name) or name.startswith("head."))
    else:
        from twinformer.models.layer_choice import layers_to_train

        train_only(model, layers_to_train(train, config.n_layers))
    device = DeviceConfig(device="cpu", threads=options.threads,
                          compile=name == "twin-compiled")
    settings = TrainingConfig(weight_decay=WEIGHT_DECAY, beta2=0.999, clip_norm=0)
    learner = Learner(model, Classification("last"), settings, device)

    def step(ids, labels):
        import numpy as np
        last = np.full(len(ids), ids.shape[1] - 1)
        batch = ClassificationBatch(ids, labels, last)
        return learner.train_step([batch], 0, LEARNING_RATE).loss
    return step


def peer_step(options, train):
    """A function that takes one step of Hugging Face's, with peft for LoRA."""
    import torch
    from transformers import GPT2Config, GPT2ForSequenceClassification

    from twinformer.adapters.names import our_name
    from numpy_impl.finetuning.lora import initial_factor
    from twinformer.pretrained.formats.gpt2_names import HUGGING_FACE, turned
    torch.set_num_threads(options.threads)
    c = model_config(options.model)
    model = GPT2ForSequenceClassification(GPT2Config(
        vocab_size=c.vocab_size, n_positions=c.context_length, n_embd=c.d_model,
        n_head=c.n_heads, n_layer=c.n_layers, resid_pdrop=0, embd_pdrop=0,
        attn_pdrop=0, use_cache=False, pad_token_id=c.vocab_size - 1,
        id2label={0: "no", 1: "yes"})).train()
    body, head = parameters(c)
    weights = {HUGGING_FACE(name): torch.from_numpy(turned(name, array).copy())
               for name, array in body.items()}
    model.load_state_dict(weights | {"score.weight": torch.from_numpy(head)})
    if train == "lora":
        import peft
        model = peft.get_peft_model(model, peft.LoraConfig(
            r=RANK, lora_alpha=ALPHA, task_type="SEQ_CLS", fan_in_fan_out=True,
            target_modules=["c_attn", "c_proj", "c_fc"]))
        for name, parameter in model.named_parameters():
            layer, is_factor, _ = name.partition(".lora_A.")
            if is_factor:                       # begin as ours does
                A = initial_factor((parameter.shape[0], parameter.shape[1]),
                                   [SEED, *our_name(layer).encode()])
                parameter.data = torch.from_numpy(A)
    else:
        from twinformer.models.layer_choice import layers_to_train

        learns = layers_to_train(train, c.n_layers)
        names = {HUGGING_FACE(name): name for name in body} | {
            "score.weight": "head.weight"}
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(learns(names[name]))
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad],
        lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)

    def step(ids, labels):
        optimizer.zero_grad()
        loss = model(torch.from_numpy(ids), labels=torch.from_numpy(labels)).loss
        loss.backward()
        optimizer.step()
        return float(loss.detach())
    return step


def work(options):
    """In a contestant's process: one step for each line that comes in."""
    name, train = options.worker.split(":")
    step = (peer_step(options, train) if name == "hugging-face"
            else our_step(options, name, train))
    import numpy as np
    generator = np.random.default_rng(0)
    vocab_size = model_config(options.model).vocab_size
    for _ in sys.stdin:
        ids = generator.integers(0, vocab_size - 1,   # the last one pads
                                 (options.batch, options.length))
        labels = generator.integers(0, 2, options.batch)
        start = time.perf_counter(), time.process_time()
        loss = step(ids, labels)
        print(time.perf_counter() - start[0], time.process_time() - start[1],
              loss, peak_memory("cpu"), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="gpt2",
                        help="gpt2, gpt2-medium, ..., or demo")
    parser.add_argument("--train", nargs="*", default=["last_block"],
                        choices=["last_layer", "last_block", "last_two_blocks",
                                 "lora", "all"])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=120)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS),
                        choices=CONTESTANTS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)

    names = [f"{name}:{train}" for train in options.train
             for name in options.contestants]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    processor: dict[str, list[float]] = {name: [] for name in names}
    memory = {}
    with workers("benchmarks.finetuning_step", names, *sys.argv[1:]) as running:
        for turn in range(options.rounds + 2):     # the first two warm up
            losses: dict[str, list[float]] = {}
            for name, worker in running.items():
                elapsed, cpu, loss, memory[name] = worker.ask()
                losses.setdefault(name.split(":")[1], []).append(loss)
                if turn >= 2:
                    seconds[name].append(elapsed)
                    processor[name].append(cpu)
                print(f"round {turn} {name} {elapsed:.3f} s, {cpu:.3f} s of "
                      f"the processor, loss {loss:.5f}", file=sys.stderr)
            for found in losses.values():
                if max(found) - min(found) > 1e-3:
                    sys.exit(f"they do not compute the same: {losses}")
    report(options, seconds, processor, memory)


def report(options, seconds, processor, memory):
    """The table, as Markdown."""
    print(f"\n{options.model}, B={options.batch}, T={options.length}, float32, "
          f"{options.threads} threads, {options.rounds} rounds; {machine()}\n")
    print("| what learns | contestant | s/step (min) | vs Hugging Face "
          "| processor s/step (min) | vs Hugging Face | peak memory |\n"
          "|---|---|---|---|---|---|---|")
    for worker in seconds:
        name, train = worker.split(":")
        cells = [train, CONTESTANTS[name]]
        if train == "lora" and name == "hugging-face":
            cells[1] += " with peft"
        for times in (seconds, processor):
            cells += [f"{statistics.median(times[worker]):.3f} "
                      f"({min(times[worker]):.3f})",
                      ratio(times[worker], times.get(f"hugging-face:{train}"))]
        print(f"| {' | '.join(cells)} | {memory[worker]:.2f} GB |")


def ratio(ours, theirs):
    """The median of the rounds' ratios"""
    if theirs is None:
        return "-"
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return f"{statistics.median(ratios):.2f}x"


if __name__ == "__main__":
    main()
