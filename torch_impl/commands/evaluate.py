"""Measure a trained model on the text that was kept back from its training,
or on any other text: every token is predicted once, nothing is random.

  twinformer eval runs/run-1
  twinformer eval runs/run-1 --backend numpy
  twinformer eval runs/run-1 --corpus notes.txt more/ --json

Nats per token is what training lowers. Perplexity is its exponential: between
how many equally likely tokens the model hesitates. Bits per byte compares
models with different tokenizers.
"""
import json
import sys
import time
from importlib import import_module

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("run", type=str, help="a run's folder, or one checkpoint in it")
    parser.add_argument(
        "--corpus", type=list[str],
        help="text files and folders; left out, the validation part of the run's own corpus")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")
    parser.add_argument(
        "--batch_size", type=int, default=16,
        help="windows at once; changes the speed and the memory, not the result")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> None:
    from numpy_impl.generation.options import check_whole
    from numpy_impl.text.tokenizer import bytes_per_token
    from numpy_impl.training.config import DeviceConfig
    from numpy_impl.training.run_folder import open_run

    from .console import never_fail_to_print

    check_whole("batch_size", arguments.batch_size, 1, "16 suits most machines")
    never_fail_to_print()
    opened = open_run(arguments.run)
    text, tokens = tokens_of(arguments, opened)
    if len(tokens) < 2:
        raise ValueError(f"{text} holds {len(tokens)} token, and there is nothing to predict "
                         "below 2; give a longer text")
    config = opened.config
    learner = import_module(f"{arguments.backend}_impl.training.learner").Learner(
        config.model, config.training, DeviceConfig(device=arguments.device), opened.parameters)

    start = time.perf_counter()
    result = every_token(learner, tokens, bytes_per_token(opened.tokenizer),
                         config.model.context_length, arguments.batch_size)
    seconds = time.perf_counter() - start
    if arguments.json:
        print(json.dumps({
            "run": str(opened.folder), "step": opened.step, "text": text,
            "backend": arguments.backend, "tokens": result.tokens, "bytes": result.bytes,
            "nats_per_token": result.nats_per_token, "perplexity": result.perplexity,
            "bits_per_byte": result.bits_per_byte if result.bytes else None}, indent=1))
        return
    print(f"{opened.folder}, step {opened.step}, on {text}")
    print(f"  tokens predicted  {result.tokens:>12,}  ({result.bytes:,} bytes of text)")
    print(f"  loss              {result.nats_per_token:>12.4f}  nats per token")
    print(f"  perplexity        {result.perplexity:>12.2f}")
    print(f"  bits per byte     {result.bits_per_byte:>12.4f}")
    print(f"{result.tokens / seconds:,.0f} tokens/s ({arguments.backend})", file=sys.stderr)


def tokens_of(arguments, opened):
    """What is measured, in words, and its token ids (N,)."""
    import numpy as np

    from numpy_impl.text.corpus import encode_corpus
    from numpy_impl.training.data import prepare_data
    from numpy_impl.training.documents import read_documents
    from numpy_impl.training.run_folder import newest_checkpoint

    if not arguments.corpus:
        _, checkpoint = newest_checkpoint(opened.folder)
        data = prepare_data(opened.config.data, opened.folder.parent / ".cache",
                            key=checkpoint.data_key,
                            note=lambda message: print(message, file=sys.stderr))
        return "the validation part of its corpus", data.validation
    documents = read_documents(arguments.corpus)
    try:
        tokens = encode_corpus(opened.tokenizer, [document.text for document in documents])
    except ValueError as problem:
        raise ValueError(f"this model cannot read {', '.join(arguments.corpus)}: "
                         f"{problem}") from None
    if (end := opened.tokenizer.end_of_text) is not None:
        # After an end of text a new one begins: its first token counts, too.
        tokens = np.concatenate([np.array([end], tokens.dtype), tokens])
    return ", ".join(arguments.corpus), tokens


def every_token(learner, tokens, bytes_per_token, context_length, batch_size):
    """Evaluate all of tokens (N,), the rest after the last full window too.

    Windows do not overlap, so the first tokens of each see little context;
    a longer context makes the figures better.
    """
    import numpy as np

    from numpy_impl.training.evaluation import Evaluation, evaluate

    nats, count, size = 0.0, 0, 0
    full = (len(tokens) - 1) // context_length * context_length
    if full:
        whole = evaluate(learner, tokens[:full + 1], bytes_per_token,
                         context_length=context_length, batch_size=batch_size)
        nats, count, size = whole.nats, whole.tokens, whole.bytes
    if rest := len(tokens) - 1 - full:
        inputs = tokens[full:-1].astype(np.int64)[None]    # (1, rest)
        targets = tokens[full + 1:].astype(np.int64)[None]  # (1, rest)
        more, counted = learner.evaluate(inputs, targets)
        assert counted == rest
        nats, count = nats + more, count + counted
        size += int(bytes_per_token[targets].sum())
    return Evaluation(nats, count, size)
