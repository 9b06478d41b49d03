"""From a gradient to a step."""
from .run import run

__all__ = ["RUNS"]

TWO_STEPS = """
        model = Linear(1, 1, bias=False).to(np.float64)
        model.load_state_dict({"weight": np.array([[1.0]])})
        model.grads["weight"][...] = 2.0
"""

RUNS = {
    "training/objective": run("""
        import numpy as np
        from numpy_impl.models.gpt2 import GPTModel
        from numpy_impl.training.objective import NextTokens
        from twinformer.models.config import GPT2Config

        model = GPTModel(GPT2Config(vocab_size=5, context_length=4, d_model=4, n_heads=2,
                                    n_layers=1)).to(np.float64)
        batch = np.array([[3, 1, 4]]), np.array([[1, 4, 1]])
        """, "loss, cache = NextTokens().forward(model, batch)", twin=False),
    "training/clipping": run("""
        import numpy as np
        from numpy_impl.training.clipping import clip_global_norm

        gradients = [np.array([3.0, 0]), np.array([4.0])]
        """, "norm = clip_global_norm(gradients, 1.0)", twin=False),
    "training/optimizer": run("""
        import numpy as np
        from numpy_impl.training.optimizer import adamw

        parameter = np.array([1.0])
        gradient = np.array([2.0])
        first = np.zeros(1)
        second = np.zeros(1)
        """, "adamw(parameter, gradient, first, second, 1, 0.1, 0.1, 0.9, 0.95, 0.0)"),
    "training/newton_schulz": run("""
        import numpy as np
        from numpy_impl.training.newton_schulz import newton_schulz

        x = np.diag([3.0, -4.0])
        """, "y = newton_schulz(x, steps=1)"),
    "training/muon": run("""
        import numpy as np
        from numpy_impl.training.muon import muon

        parameter = np.zeros((2, 2))
        gradient = np.diag([3.0, -4.0])
        first = np.zeros((2, 2))
        """, 'muon(parameter, gradient, first, 0.1, 0.0, 0.0, "original", 1, False)'),
    "training/z_loss": run("""
        import numpy as np
        from numpy_impl.training.z_loss import (
            cross_entropy_and_z, cross_entropy_and_z_backward)

        logits = np.log(np.array([[3.0, 1]]))
        targets = np.array([1])
        dloss, dz = np.array(1.0), np.array(1.0)
        """, "loss, z, cache = cross_entropy_and_z(logits, targets, 0.5)",
        "dlogits = cross_entropy_and_z_backward(dloss, dz, cache)", twin=False),
    "layers/qk_clip": run("""
        import numpy as np
        from numpy_impl.layers.qk_clip import largest_scores

        q = np.array([[[[20.0], [10]], [[5.0], [1]]]])
        k = np.array([[[[20.0], [3]]]])
        """, "largest = largest_scores(q, k, 1.0, 100.0)"),
}
