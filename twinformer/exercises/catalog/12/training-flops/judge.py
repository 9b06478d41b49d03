"""As the model's config and `twinformer estimate` count it."""
import math

from twinformer import preset


def truth():
    config = preset("gpt2")
    blocks = sum(math.prod(shape) for name, shape in config.parameter_shapes().items()
                 if name.startswith("blocks.") and len(shape) == 2)
    flops = float(config.flops_per_token(1024))
    return {"matrix_weights": float(blocks + config.vocab_size * config.d_model),
            "flops_per_token": flops, "days": flops * 1e10 / 1e14 / 86400}
