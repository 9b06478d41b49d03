"""Where a run went wrong: the first tensor that holds a NaN or an infinity."""
import torch


__all__ = ["first_non_finite"]


@torch.no_grad()
def first_non_finite(model, batches) -> str:
    """Name the first tensor, in the order of computing, with a NaN or inf.

    Looks at the weights, then at what each layer returns as it runs forward
    on every batch, then at the gradients, from the output back.
    """
    parameters = list(model.named_parameters())
    for name, tensor in parameters:
        if not tensor.isfinite().all():
            return f"weight {name}"
    found: list[str] = []
    hooks = [module.register_forward_hook(watch(path, found))
             for path, module in model.named_modules()]
    try:
        for ids in batches:
            model(ids)
    finally:
        for hook in hooks:
            hook.remove()
    if found:
        return f"output of {found[0]}"
    for name, tensor in reversed(parameters):
        if tensor.grad is not None and not tensor.grad.isfinite().all():
            return f"gradient of {name}"
    return "the loss itself"


def watch(path, found):
    """A hook that notes the path if what the layer returns is not finite."""
    def hook(module, arguments, y):
        if not y.isfinite().all():
            found.append(path or "the model")
    return hook
