"""Mixtures of experts."""
from .run import run

__all__ = ["RUNS"]

RUNS = {
    "layers/router": run("""
        import numpy as np
        from numpy_impl.layers.router import softmax_then_top_k, softmax_then_top_k_backward

        logits = np.log(np.array([[2.0, 1, 6, 1]]))
        dy = np.array([[1.0, 0]])
        """, "(weights, chosen), cache = softmax_then_top_k(logits, 2)",
        "dlogits = softmax_then_top_k_backward(dy, cache)", twin=False),
    "layers/mixture_of_experts": run("""
        from functools import partial
        import numpy as np
        from numpy_impl.layers.gated_feed_forward import SwiGLU
        from numpy_impl.layers.linear import Linear
        from numpy_impl.layers.mixture_of_experts import MixtureOfExperts
        from numpy_impl.layers.module import ModuleList
        from numpy_impl.layers.router import top_k_then_softmax

        layer = MixtureOfExperts(
            Linear(2, 3, bias=False), ModuleList([SwiGLU(2, 2, seed=e) for e in range(3)]),
            partial(top_k_then_softmax, top_k=2)).to(np.float64)
        x = np.array([[[1.0, 0], [0, 1], [1, 1]]])
        dy = np.array([[[1.0, 0], [0, 1], [0, 0]]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/load_balance": run("""
        import numpy as np
        from numpy_impl.layers.load_balance import load_balance_loss, load_balance_loss_backward

        logits = np.log(np.array([[2.0, 1, 6, 1], [1, 1, 1, 1]]))
        chosen = np.array([[2, 0], [0, 1]])
        dy = np.array(1.0)
        """, "loss, cache = load_balance_loss(logits, chosen)",
        "dlogits = load_balance_loss_backward(dy, cache)"),
}
