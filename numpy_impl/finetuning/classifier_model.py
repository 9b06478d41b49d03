"""The model of a classifier: before it learns, and when it has learned.

Shapes: V vocabulary, D model width, C classes.
"""
from ..models.building import model_of, new_model
from ..models.parameters import set_parameters
from twinformer.architectures.traits import lora_targets, with_dropout
from twinformer.models.layer_choice import layers_to_train

from .freezing import train_only
from .lora_model import add_lora
from .classification_head import new_head

__all__ = ["build_classifier", "parameter_counts", "trained_classifier"]


def build_classifier(config, parameters, n_classes, settings, seed):
    """A language model with a new head, and only some layers learning.

    Parameters
    ----------
    config : GPT2Config, LlamaConfig, ...
    parameters : {name: array}
        Of the language model; read-only ones are copied, others become the
        classifier's own.
    n_classes : int
        C
    settings : ClassificationConfig
        Which layers learn, LoRA, dropout.
    seed : int
        Of the head, and of LoRA.

    Returns
    -------
    a model of models/
        Its scores are (B, T, C).
    """
    model = model_of(with_dropout(config, settings.dropout), parameters)
    new_head(model, n_classes, seed)
    if settings.train == "lora":
        add_lora(model, settings.lora_rank, settings.lora_alpha,
                 settings.lora_dropout, (*lora_targets(config), "head"),
                 seed)
    else:
        train_only(model, layers_to_train(settings.train, config.n_layers))
    return model


def trained_classifier(config, parameters, n_classes):
    """A classifier with all of its parameters, those of the head among them.

    Raises
    ------
    ValueError
        If they do not fit; lists what is missing, unexpected or misshapen.
    """
    model = new_model(config, seed=None)
    new_head(model, n_classes, seed=0)
    set_parameters(model, parameters)
    return model


def parameter_counts(model) -> tuple[int, int]:
    """How many numbers learn, and how many there are."""
    learning = sum(a.size for _, a in model.named_gradients())
    return learning, sum(a.size for a in model.parameters())
