"""The smallest layers, a block, a model."""
from .run import run

__all__ = ["RUNS"]

RUNS = {
    "layers/linear": run("""
        import numpy as np
        from numpy_impl.layers.linear import Linear

        layer = Linear(3, 2).to(np.float64)
        layer.load_state_dict({"weight": np.array([[1.0, 0, 2], [0, -1, 1]]),
                               "bias": np.array([10.0, 20])})
        x = np.array([[1.0, 2, 3], [0, 1, 0]])
        dy = np.array([[1.0, 0], [0, 1]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/softmax": run("""
        import numpy as np
        from numpy_impl.layers.softmax import masked_softmax, softmax_backward

        x = np.log(np.array([[1.0, 3, 4], [1, 1, 2]]))
        mask = np.array([[True, True, False], [True, True, True]])
        dy = np.array([[1.0, 0, 5], [0, 0, 1]])
        """, "p = masked_softmax(x, mask)", "dx = softmax_backward(dy, p)"),
    "layers/norm": run("""
        import numpy as np
        from numpy_impl.layers.norm import LayerNorm

        layer = LayerNorm(4, eps=0.0).to(np.float64)
        x = np.array([[2.0, 2, 6, 6], [1, 2, 3, 10]])
        dy = np.array([[1.0, 0, 0, 0], [0, 0, 0, 1]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/activations": run("""
        import numpy as np
        from numpy_impl.layers.activations import gelu, gelu_backward

        x = np.array([-2.0, -1, 0, 1, 2])
        dy = np.array([1.0, 1, 1, 1, 1])
        """, "y = gelu(x)", "dx = gelu_backward(dy, x)"),
    "layers/embedding": run("""
        import numpy as np
        from numpy_impl.layers.embedding import Embedding

        layer = Embedding(3, 2).to(np.float64)
        layer.load_state_dict({"weight": np.array([[10.0, 11], [20, 21], [30, 31]])})
        ids = np.array([2, 0, 2])
        dy = np.array([[1.0, 2], [3, 4], [5, 6]])
        """, "y, cache = layer.forward(ids)", "layer.backward(dy, cache)"),
    "layers/positions": run("""
        import numpy as np
        from numpy_impl.layers.positions import LearnedPositions

        layer = LearnedPositions(3, 2).to(np.float64)
        layer.load_state_dict({"weight": np.array([[1.0, 1], [2, 2], [3, 3]])})
        x = np.array([[[10.0, 20], [30, 40]]])
        dy = np.array([[[1.0, 2], [3, 4]]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/dropout": run("""
        import numpy as np
        from numpy_impl.layers.dropout import Dropout
        from twinformer.models.context import Context
        from twinformer.models.keep_masks import KeepMasks

        layer = Dropout(0.5)
        context = Context(keep=KeepMasks(0))
        x = np.array([1.0, 2, 3, 4, 5, 6])
        dy = np.ones(6)
        """, "y, cache = layer.forward(x, context)", "dx = layer.backward(dy, cache)"),
    "layers/feed_forward": run("""
        import numpy as np
        from numpy_impl.layers.feed_forward import FeedForward

        layer = FeedForward(2, 3).to(np.float64)
        layer.load_state_dict({
            "up.weight": np.array([[1.0, 0], [0, 1], [1, -1]]), "up.bias": np.zeros(3),
            "down.weight": np.array([[1.0, 0, 1], [0, 1, 0]]), "down.bias": np.zeros(2)})
        x = np.array([[1.0, 2]])
        dy = np.array([[1.0, 0]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/module": run("""
        import numpy as np
        from numpy_impl.layers.norm import LayerNorm

        layer = LayerNorm(2)
        """, "state = layer.state_dict()", twin=False),
    "layers/block": run("""
        import numpy as np
        from numpy_impl.layers.block import TransformerBlock

        layer = TransformerBlock(4, 2).to(np.float64)
        x = np.array([[[1.0, 0, 0, 1], [0, 2, 0, 0], [0, 0, 3, 1]]])
        dy = np.zeros_like(x)
        dy[0, 2] = 1, 0, 0, 0
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/reading": run("""
        import numpy as np
        from numpy_impl.layers.reading import read_rows, read_rows_backward

        x = np.arange(8.0).reshape(1, 4, 2)
        read = np.array([[3, 0]])
        dy = np.array([[[1.0, 2], [3, 4]]])
        """, "y = read_rows(x, read)", "dx = read_rows_backward(dy, read, 4)"),
    "models/gpt2": run("""
        import numpy as np
        from numpy_impl.models.gpt2 import GPTModel
        from twinformer.models.config import GPT2Config

        model = GPTModel(GPT2Config(vocab_size=5, context_length=4, d_model=4, n_heads=2,
                                    n_layers=1)).to(np.float64)
        ids = np.array([[3, 1, 4]])
        dy = np.full((1, 3, 5), 0.1)
        """, "logits, cache = model.forward(ids)", "model.backward(dy, cache)"),
    "training/loss": run("""
        import numpy as np
        from numpy_impl.training.loss import cross_entropy, cross_entropy_backward

        logits = np.log(np.array([[1.0, 3], [1, 1], [5, 1]]))
        targets = np.array([0, 1, -100])
        dy = np.array(1.0)
        """, "loss, cache = cross_entropy(logits, targets)",
        "dlogits = cross_entropy_backward(dy, cache)"),
    "text/bpe": run("""
        from numpy_impl.text.bpe import merge_piece

        ranks = {b"t": 0, b"h": 1, b"e": 2, b"th": 3, b"the": 4}
        """, 'tokens = merge_piece(b"then"[:3], ranks)', twin=False),
    "text/windows": run("""
        import numpy as np
        from numpy_impl.text.windows import SlidingWindows

        windows = SlidingWindows(np.array([5, 1, 4, 1, 3, 9, 2]), 3)
        """, "inputs, targets = windows[1]"),
}
