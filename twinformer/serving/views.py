"""What the web page shows besides answers: tokens, probabilities, attention, runs."""
import json
from pathlib import Path
from typing import Any

import numpy as np

from ..backend import tokenizer_from_dict
from .service import Service

__all__ = ["attention_view", "next_view", "run_view", "token_view"]

MOST_TOKENS = 64        # of which attention is drawn
MOST_RECORDS = 2000     # of a run's curves
SAMPLE_LINES = 40


def token_view(service: Service, text: str) -> dict[str, Any]:
    """The tokens of a text, and whether the other implementation of the tokenizer agrees.

    pieces: for each token its id, its bytes in hexadecimal, and the characters that are
    complete with it.
    """
    tokenizer = service.tokenizer
    ids = tokenizer.encode(text, allowed_special="all")
    decoder = tokenizer.stream_decoder(goes_on=True)
    pieces = [{"id": token, "bytes": tokenizer.token_bytes(token).hex(" "),
               "text": decoder.add(token)} for token in ids]
    others = {}
    for backend in ("numpy", "torch"):
        try:
            other = tokenizer_from_dict(tokenizer.to_dict(), backend)
            others[backend] = other.encode(text, allowed_special="all")
        except (ValueError, ImportError):       # torch is not installed
            continue
    return {"pieces": pieces, "characters": len(text), "bytes": len(text.encode()),
            "reference": others.get("numpy"), "twin": others.get("torch")}


def next_view(service: Service, text: str, count: int, temperature: float) -> dict[str, Any]:
    """The likeliest next tokens of a text, at a temperature."""
    ids = service.prompt_ids(text)[-service.config.context_length:]
    logits = service.next_logits(ids)[:service.tokenizer.vocab_size]      # (V,)
    scaled = logits / max(temperature, 1e-6)
    shares = np.exp(scaled - scaled.max())
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")[:count]
    stops = set(service.tokenizer.stop_tokens)
    return {"tokens": [{"id": int(token), "share": float(shares[token]),
                        "text": service.tokenizer.decode([int(token)]),
                        "stops": int(token) in stops} for token in order],
            "rest": float(1 - shares[order].sum()),
            "entropy": float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())}


def attention_view(service: Service, text: str) -> dict[str, Any]:
    """The weights of every layer and head, for the first tokens of a text."""
    ids = service.prompt_ids(text)[:min(MOST_TOKENS, service.config.context_length)]
    maps = service.attention(ids)                                         # (L, H, T, T)
    return {"tokens": [service.tokenizer.decode([token]) for token in ids],
            "maps": np.round(maps, 3).tolist()}


def run_view(folder: Path | None) -> dict[str, Any]:
    """The losses of a run so far, and its latest samples: of one that is being trained, too."""
    losses, evaluations = [], []
    for line in lines_of(folder, "metrics.jsonl"):
        try:
            record = json.loads(line)
        except ValueError:      # the last line, while it is being written
            continue
        if record.get("kind") == "step":
            losses.append([record["step"], record.get("loss")])
        elif record.get("kind") == "evaluation":
            value = record.get("validation_nats_per_token", record.get("validation_loss"))
            evaluations.append([record["step"], value])
    keep = max(1, len(losses) // MOST_RECORDS)
    return {"losses": losses[::keep], "evaluations": evaluations,
            "samples": "\n".join(lines_of(folder, "samples.txt")[-SAMPLE_LINES:])}


def lines_of(folder: Path | None, name: str) -> list[str]:
    """Of a file in the run that is served; none where there is none."""
    if folder is None:
        return []
    try:
        return (folder / name).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
