"""Where a run went wrong: the first tensor that holds a NaN or an infinity."""
import torch

from ..layers.whole_tensors import part_of

__all__ = ["first_non_finite"]


@torch.no_grad()
def first_non_finite(model, batches) -> str:
    """Name the first tensor, in the order of computing, with a NaN or inf.

    Looks at the weights, then at what each layer returns as it runs forward
    on every batch, then at the gradients, from the output back.
    """
    for name, tensor in model.named_parameters():
        if not torch.isfinite(part_of(tensor)).all():
            return f"weight {name}"
    found: list[str] = []
    modules = [(path, module, module.forward)
               for path, module in model.named_modules()]
    for path, module, forward in modules:
        module.forward = watched(forward, path, found)
    try:
        for ids in batches:
            model(ids)
    finally:
        for _, module, forward in modules:
            module.forward = forward
    if found:
        return f"output of {found[0]}"
    for name, tensor in reversed(list(model.named_parameters())):
        if tensor.grad is None:
            continue
        if not torch.isfinite(part_of(tensor.grad)).all():
            return f"gradient of {name}"
    return "the loss itself"


def watched(forward, path, found):
    """forward, but noting the path if what it returns is not finite."""
    def run(*arguments, **options):
        y = forward(*arguments, **options)
        if not torch.isfinite(y).all():
            found.append(path or "the model")
        return y
    return run
