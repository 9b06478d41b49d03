"""twinformer classify: the language model that a classifier begins as."""
from dataclasses import replace
from pathlib import Path

from ...architectures.kinds import all_presets
from ...architectures.traits import balance_weight
from ...backend import implementation
from ...classification.scratch import new_tokenizer, read_texts, untrained
from ...classification.split import Parts
from ...configs.run_config import RunConfig

from ..opening import open_model, tokenizer_of

__all__ = ["after_reading", "base_of"]


def base_of(config, parts: Parts):
    """Shape, weights, tokenizer and RunConfig of the model to begin with."""
    from ...models.initialisation import initial_parameters

    seed = config.finetuning.seed
    if config.model == "none":
        tokenizer = new_tokenizer(config.scratch, [message.text for message in parts.train],
                                  config.backend)
        model, parameters = untrained(config.scratch, tokenizer, seed)
        return parameters, tokenizer, replace(RunConfig(), model=model)
    published = all_presets()
    if config.weights == "random" and config.model in published:    # no download
        base = replace(RunConfig(), model=published[config.model])
        tokenizer = tokenizer_of(Path(config.model), base.model, config.backend)
    else:
        opened = open_model(config.model, config.backend)
        parameters, tokenizer, base = opened.parameters, opened.tokenizer, opened.config
    if config.weights == "random":
        parameters = initial_parameters(base.model, seed)
    return parameters, tokenizer, base


def after_reading(config, model_config, parameters, ids, reading, note):
    """The weights of a new model that has read the texts to learn from."""
    package = implementation(config.backend)

    epochs = config.scratch.reading_epochs
    note(f"reading them {epochs} times before the first label")
    model = package.model_of(model_config, parameters)
    read_texts(package.Learner(model, package.NextTokens(balance_weight(model_config)),
                               config.finetuning, config.device),
               ids, reading, epochs, config.finetuning)
    return package.get_parameters(model)
