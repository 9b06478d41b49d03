"""Do an adapter and a model belong together?"""
import hashlib
import math

import numpy as np

from .files import Adapter

__all__ = ["check_lora_sizes", "check_fingerprint", "check_fit", "check_saved", "fingerprint"]


def check_saved(layers, whole) -> None:
    """ValueError where these could not be put beside a base again."""
    if not layers:
        raise ValueError("no block of this model has LoRA, so that there is "
                         "no adapter; save_pretrained saves whole models")
    beside = [name for name in whole if ".base." in name]
    if beside:
        raise ValueError(f"{beside[0]} learns, and LoRA beside it; an adapter "
                         "holds LoRA alone: merge, and save the whole model")


def check_fit(folder, adapter: Adapter, linears, parameters) -> None:
    """ValueError where the adapter is for another model than this one.

    linears, parameters : {name: shape}
        Of the model: weights of its Linears by layer, and all parameters.
    """
    problems = []
    for name, (A, B, _, _) in adapter.layers.items():
        wanted = (len(B), A.shape[1])
        if name not in linears:
            problems.append(f"{name} is not in this model")
        elif name + ".weight" not in parameters:
            problems.append(f"{name} has no weights of its own here")
        elif linears[name] != wanted:
            problems.append(f"{name} is {linears[name]} here, {wanted} there")
    if adapter.classifier:
        problems += problems_of_head(adapter.whole, parameters)
    for name, array in adapter.whole.items():
        if adapter.classifier and name.startswith("head."):
            continue
        if name not in parameters:
            problems.append(f"{name} is not in this model")
        elif parameters[name] != array.shape:
            problems.append(f"{name} is {parameters[name]} here, "
                            f"{array.shape} there")
    if problems:
        base = f", {adapter.base}" if adapter.base else ""
        more = f", and {len(problems) - 4} more" if len(problems) > 4 else ""
        raise ValueError(f"{folder} is an adapter for another base{base}: "
                         + ", ".join(problems[:4]) + more)


def problems_of_head(whole, parameters) -> list[str]:
    """Why the head of a classifier cannot be put on this model."""
    weight = whole.get("head.weight")
    if weight is None:
        return ["the head's own weights are not in the file"]
    _, D = parameters["token_embedding.weight"]
    bias = whole.get("head.bias", weight[:, :1].ravel())
    if weight.shape[1:] != (D,) or bias.shape != weight.shape[:1]:
        return [f"its head is {weight.shape} and {bias.shape}, for a width "
                f"of {D}"]
    return []


def check_fingerprint(folder, adapter: Adapter, parameters) -> None:
    """ValueError where the base was a model of the same shape with other
    weights; parameters: {name: array} of this one."""
    body = {name: array for name, array in parameters.items()
            if name not in adapter.whole}
    if adapter.fingerprint and fingerprint(body) != adapter.fingerprint:
        base = f", {adapter.base}" if adapter.base else ""
        raise ValueError(
            f"{folder} is an adapter for another base{base}: this model has "
            "the same shape and other weights, which it would not correct; "
            "load the weights it was trained beside")


def fingerprint(parameters: dict[str, np.ndarray]) -> str:
    """SHA-256 of weights, their names and shapes; float32 whatever they are.

    An adapter is a correction of these weights and of no others.
    """
    digest = hashlib.sha256()
    for name, array in sorted(parameters.items()):
        digest.update(f"{name} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array, "<f4").data)
    return digest.hexdigest()


def check_lora_sizes(outputs, rank, alpha, parts) -> None:
    """ValueError if no LoRALinear can have these."""
    if rank != int(rank) or rank < 1:
        raise ValueError(f"the rank of LoRA is a whole number from 1, got "
                         f"{rank}; 4 to 64 are usual")
    if not (alpha > 0 and math.isfinite(alpha)):
        raise ValueError(f"alpha of LoRA must be positive, got {alpha}; once "
                         "or twice the rank is usual")
    if outputs % parts:
        raise ValueError(f"{parts} parts do not divide {outputs} outputs")
