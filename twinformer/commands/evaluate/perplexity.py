"""Measure a model on the text that was kept back from its training, or on any
other text: every token after the first is predicted once, nothing is random.

  twinformer evaluate perplexity runs/run-1
  twinformer evaluate perplexity runs/run-1 --backend numpy --stride 64
  twinformer evaluate perplexity gpt2 --data notes.txt more/ --json

Nats per token is what training lowers. Perplexity is its exponential: between
how many equally likely tokens the model hesitates. Bits per byte compares
models with different tokenizers.

Of a long text the model sees a window at a time. Windows side by side are
quick, but know little at their beginnings; with a --stride below the window
they overlap, only what is new in each is scored, and the figures are better.
"""
import sys
import time
from functools import partial

from ...io.strict_json import json_text

__all__ = ["add_arguments", "run", "scorer"]

LOGITS = 2**27      # numbers: half a GiB of them at once, in float32


def add_arguments(parser) -> None:
    parser.add_argument(
        "model", type=str, help="a run, or one checkpoint in it; gpt2, qwen3-0.6b or another "
        "published size; a folder or .gguf file with weights")
    parser.add_argument(
        "--data", type=list[str], metavar="PATH",
        help="text files and folders; left out, the validation part of the run's own corpus")
    parser.add_argument(
        "--text_field", type=str, default="text", metavar="NAME",
        help="the field of JSON, or the column of CSV and Parquet, that holds the text")
    parser.add_argument(
        "--window", type=int, help="tokens that the model sees at once; left out, all it can see")
    parser.add_argument(
        "--stride", type=int,
        help="tokens from one window to the next; left out, windows do not overlap")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")
    parser.add_argument(
        "--batch_size", type=int,
        help="windows at once; changes the speed and the memory, not the result; left out, as "
             "many as need half a gigabyte, at most 16")
    parser.meant = {"corpus": "data"}
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> None:
    from ...evaluation.perplexity import evaluate_text
    from ...generation.options import check_whole
    from ...tokenizers.token_table import bytes_per_token

    from ..console import counting_bar
    from ..opening import open_model

    if arguments.batch_size is not None:
        check_whole("batch_size", arguments.batch_size, 1, "leave it out if in doubt")
    opened = open_model(arguments.model, arguments.backend)
    window, stride = window_and_stride(arguments, opened.config.model.context_length)
    text, tokens = tokens_of(arguments, opened)
    if len(tokens) < 2:
        raise ValueError(f"{text} holds {len(tokens)} token, and there is nothing to predict "
                         "below 2; give a longer text")
    score = scorer(opened, arguments.backend, arguments.device)
    batch_size = arguments.batch_size or min(
        16, max(1, LOGITS // (window * opened.config.model.vocab_size)))

    start = time.perf_counter()
    with counting_bar("tokens", len(tokens) - 1) as progress:
        result = evaluate_text(
            score, tokens, bytes_per_token(opened.tokenizer), window=window, stride=stride,
            batch_size=batch_size, progress=progress)
    seconds = time.perf_counter() - start
    if arguments.json:
        print(json_text({
            "run": str(opened.folder), "step": opened.step, "text": text,
            "backend": arguments.backend, "window": window, "stride": stride,
            "tokens": result.tokens, "bytes": result.bytes,
            "nats_per_token": result.nats_per_token, "perplexity": result.perplexity,
            "bits_per_byte": result.bits_per_byte if result.bytes else None}, indent=1))
        return
    step = f", step {opened.step}" if opened.step else ""
    print(f"{opened.folder}{step}, on {text}")
    print(f"  windows           {window:>12,}  tokens, one every {stride:,}")
    print(f"  tokens predicted  {result.tokens:>12,}  ({result.bytes:,} bytes of text)")
    print(f"  loss              {result.nats_per_token:>12.4f}  nats per token")
    print(f"  perplexity        {result.perplexity:>12.2f}")
    print(f"  bits per byte     {result.bits_per_byte:>12.4f}")
    print(f"{result.tokens / seconds:,.0f} tokens/s ({arguments.backend})", file=sys.stderr)


def window_and_stride(arguments, context_length: int) -> tuple[int, int]:
    from ...generation.options import check_whole

    window = arguments.window
    if window is None:
        window = context_length
    check_whole("window", window, 1, "leave it out for all that the model can see")
    if window > context_length:
        raise ValueError(f"the model sees at most {context_length} tokens, so the window cannot "
                         f"have {window}")
    stride = window if arguments.stride is None else arguments.stride
    check_whole("stride", stride, 1, "half of the window is usual")
    if stride > window:
        raise ValueError(f"a stride of {stride} would leave tokens out between windows of "
                         f"{window}; give {window} at most")
    return window, stride


def scorer(opened, backend: str, device: str):
    """inputs, targets (B, T) -> log p (B, T), an array, in either backend"""
    from ...backend import implementation
    from ..generate import build_model

    model, _ = build_model(opened, backend, device)
    package = implementation(backend)
    return partial(log_likelihoods, package, model)


def log_likelihoods(package, model, inputs, targets):
    logp, _ = package.log_likelihoods(model, inputs, targets)
    return logp.cpu().numpy() if hasattr(logp, "cpu") else logp


def tokens_of(arguments, opened):
    """What is measured, in words, and its token ids (N,)."""
    import numpy as np

    from ...corpora.encoded_corpus import encode_corpus
    from ...training.data import prepare_data
    from ...corpora.documents import read_documents

    if not arguments.data:
        if opened.task.get("kind"):
            raise ValueError(f"{arguments.model} was finetuned for {opened.task.get('kind')}, not "
                             "on a text; give one with --data")
        if not opened.data_key:
            raise ValueError(f"{arguments.model} brings no text of its own; give one with --data")
        data = prepare_data(opened.config.data, opened.folder.parent / ".cache",
                            key=opened.data_key,
                            note=lambda message: print(message, file=sys.stderr))
        return "the validation part of its corpus", data.validation
    documents = read_documents(arguments.data, partial(print, file=sys.stderr),
                               arguments.text_field)
    try:
        tokens = encode_corpus(opened.tokenizer, [document.text for document in documents])
    except ValueError as problem:
        raise ValueError(f"this model cannot read {', '.join(arguments.data)}: "
                         f"{problem}") from None
    end = opened.tokenizer.end_of_text
    if end is not None and opened.tokenizer.beginning_of_text is None:
        # After an end of text a new one begins: its first token counts, too.
        tokens = np.concatenate([np.array([end], tokens.dtype), tokens])
    return ", ".join(arguments.data), tokens
