"""The learner: a GPT that is pretrained, to predict every next token.

Shapes: B batch, T positions, V vocabulary.
"""
from ..models.gpt2 import GPTModel
from ..models.parameters import set_parameters
from .objective import NextTokens
from twinformer.learning import StepResult
from .tuner import Tuner

__all__ = ["Learner", "StepResult"]


class Learner(Tuner):
    """A Tuner of a new GPT on next tokens: batches are (inputs, targets).

    Parameters
    ----------
    model : GPT2Config
    training : TrainingConfig
    device : DeviceConfig
    parameters : {name: array}
        The initial weights. Their dtype is the dtype of all arithmetic.

    Raises
    ------
    ValueError
        If the parameters do not fit the model, or the device asks for what
        NumPy cannot do.
    """

    def __init__(self, model, training, device, parameters):
        dtype = parameters["token_embedding.weight"].dtype
        gpt = GPTModel(model, seed=None).to(dtype)
        set_parameters(gpt, parameters)
        super().__init__(gpt, NextTokens(), training, device)

    def logits(self, ids):
        """ids (B, T) -> (B, T, V), without dropout"""
        return self.model.forward(ids)[0]
