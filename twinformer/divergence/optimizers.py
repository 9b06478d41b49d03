"""Who takes the steps of a training."""
from ..backend import implementation
from .subject import Subject, is_torch

__all__ = ["optimizer_of"]


def optimizer_of(subject: Subject):
    """The subject's own, else ours."""
    optimizer = (subject.optimizer or our_adamw)(subject.model)
    if not hasattr(optimizer, "step"):
        raise ValueError(f"the optimizer of {subject.name} is a {type(optimizer).__name__}; "
                         "expected one with a method step, such as torch.optim's")
    return optimizer


def our_adamw(model):
    """The optimizer of this project's runs, with their settings."""
    from ..configs.training_config import TrainingConfig

    recipe = TrainingConfig()
    package = implementation("torch" if is_torch(model) else "numpy")
    return package.AdamW(model, recipe.beta1, recipe.beta2, recipe.epsilon, recipe.weight_decay)
