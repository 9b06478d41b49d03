"""Attention, from the ladder to tiles."""
from .run import run

__all__ = ["RUNS"]

RUNS = {
    "layers/attention": run("""
        import numpy as np
        from numpy_impl.layers.attention import attention, attention_backward, causal_mask

        q = np.array([[0.0], [1]])
        k = np.array([[0.0], [np.log(3)]])
        v = np.array([[1.0], [5]])
        mask = causal_mask(2, 2)
        dy = np.array([[1.0], [1]])
        """, "y, cache = attention(q, k, v, mask)", "dq, dk, dv = attention_backward(dy, cache)"),
    "layers/visibility": run("""
        import numpy as np
        from numpy_impl.layers.visibility import visible

        query = np.arange(5)
        key = np.arange(5)
        documents = np.array([[0, 0, 0, 1, 1]])
        """, "seen = visible(query, key, 2, documents)"),
    "layers/self_attention": run("""
        import numpy as np
        from numpy_impl.layers.self_attention import SelfAttention

        layer = SelfAttention(2, 2).to(np.float64)
        one = np.eye(2)
        layer.load_state_dict({"query.weight": one, "key.weight": one,
                               "value.weight": 10 * one})
        x = np.array([[1.0, 0], [0, 1], [1, 1]])
        dy = np.array([[0.0, 0], [0, 0], [1, 0]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/multi_head_attention": run("""
        import numpy as np
        from numpy_impl.layers.multi_head_attention import MultiHeadAttention

        layer = MultiHeadAttention(4, 2).to(np.float64)
        x = np.array([[[1.0, 0, 0, 1], [0, 2, 0, 0], [0, 0, 3, 1]]])
        dy = np.zeros_like(x)
        dy[0, 2] = 1, 0, 0, 0
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/tiles": run("""
        import numpy as np
        from numpy_impl.layers.tiles import How, mask_tile

        scores = np.zeros((1, 1, 2, 3))
        queries = slice(0, 2)
        keys = slice(0, 3)
        how = How(window=None, scale=1.0, softcap=None, tile=(2, 3))
        """, "scores = mask_tile(scores, queries, keys, 1, None, how)"),
    "layers/flash_attention": run("""
        import numpy as np
        from numpy_impl.layers.flash_attention import flash_attention, flash_attention_backward

        q = np.ones((1, 1, 1, 1))
        k = np.log(np.array([1.0, 2, 8])).reshape(1, 1, 3, 1)
        v = np.array([11.0, 22, 33]).reshape(1, 1, 3, 1)
        dy = np.ones((1, 1, 1, 1))
        """, "y, cache = flash_attention(q, k, v, scale=1.0, tile=(1, 1))",
        "dq, dk, dv = flash_attention_backward(dy, cache)", follow="forward_tiles backward_tiles"),
}
