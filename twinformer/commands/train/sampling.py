"""twinformer train: what the model makes of a text, while it learns."""
from ...architectures.kinds import kind_of
from ...backend import implementation
from ...configs.run_config import RunConfig
from .filling import filler

__all__ = ["opening", "sampler"]


def sampler(config: RunConfig, data):
    """(learner, step) -> what the model makes of the prompt."""
    return SAMPLERS[kind_of(config.model).objective](config, data)


def writer(config: RunConfig, data):
    """(learner, step) -> how the model goes on with the prompt."""
    generate_text = implementation(config.backend).generate_text
    training = config.training
    prompt = training.sample_prompt or opening(data.tokenizer)
    try:
        data.tokenizer.encode(prompt, allowed_special="all")
    except ValueError as problem:       # it cannot spell it
        raise ValueError(f"--sample-prompt {prompt!r}: {problem}") from None

    def sample(learner, step: int) -> str:
        pieces = generate_text(
            learner.model, data.tokenizer, prompt, training.sample_tokens,
            temperature=training.sample_temperature,
            top_k=training.sample_top_k or None,
            top_p=training.sample_top_p, seed=training.seed + step)
        return training.sample_prompt + "".join(pieces)

    return sample


def opening(tokenizer) -> str:
    """What stands before a document, such as the end of the one before."""
    names = {number: name for name, number
             in tokenizer.special_tokens.items()}
    if tokenizer.first_token in names:
        return names[tokenizer.first_token]
    try:
        tokenizer.encode("\n")
        return "\n"
    except ValueError:          # the characters of a text of one line
        return tokenizer.decode([0])


SAMPLERS = {"NextTokens": writer, "MaskedTokens": filler}
