"""Where a run went wrong: the first array that holds a NaN or an infinity."""
import numpy as np

__all__ = ["first_non_finite"]


def first_non_finite(model, batches) -> str:
    """Name the first array, in the order of computing, with a NaN or inf.

    Looks at the weights, then at what each layer returns as it runs forward
    on every batch, then at the gradients, from the output back.
    """
    for name, array in model.named_parameters():
        if not np.isfinite(array).all():
            return f"weight {name}"
    found: list[str] = []
    modules = [(path, module, module.forward)
               for path, module in model.named_modules()
               if hasattr(module, "forward")]
    for path, module, forward in modules:
        module.forward = watched(forward, path, found)
    try:
        for ids in batches:
            model.forward(ids)
    finally:
        for _, module, forward in modules:
            module.forward = forward
    if found:
        return f"output of {found[0]}"
    for name, grad in reversed(list(model.named_gradients())):
        if not np.isfinite(grad).all():
            return f"gradient of {name}"
    return "the loss itself"


def watched(forward, path, found):
    """forward, but noting the path if what it returns is not finite."""
    def run(*arguments, **options):
        y, cache = forward(*arguments, **options)
        if not np.isfinite(y).all():
            found.append(path or "the model")
        return y, cache
    return run
