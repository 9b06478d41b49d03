"""What later models changed, and BERT."""
from .run import run

__all__ = ["RUNS"]

RUNS = {
    "layers/rms_norm": run("""
        import numpy as np
        from numpy_impl.layers.rms_norm import RMSNorm

        layer = RMSNorm(2, eps=0.0).to(np.float64)
        x = np.array([[1.0, 7], [3, 4]])
        dy = np.array([[1.0, 0], [0, 1]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)",
        follow="normalised normalised_backward"),
    "layers/rotary": run("""
        import numpy as np
        from numpy_impl.layers.rotary import rotate, rotate_backward

        x = np.array([[1.0, 0], [1, 0], [1, 0]])
        cos = np.cos(np.array([[0.0], [np.pi / 2], [np.pi]]))
        sin = np.sin(np.array([[0.0], [np.pi / 2], [np.pi]]))
        dy = np.array([[0.0, 1], [0, 1], [0, 1]])
        """, "y = rotate(x, cos, sin)", "dx = rotate_backward(dy, cos, sin)"),
    "layers/rotary_frequencies": run("""
        import numpy as np
        from numpy_impl.layers.rotary_frequencies import llama3_frequencies, rotary_frequencies

        frequencies = rotary_frequencies(8, 10000.0)
        """, "slowed = llama3_frequencies(frequencies, 8.0, 1.0, 4.0, 1024)"),
    "layers/gates": run("""
        import numpy as np
        from numpy_impl.layers.gates import swiglu, swiglu_backward

        gate = np.array([-10.0, 0, np.log(3)])
        up = np.array([5.0, 5, 4])
        dy = np.array([1.0, 1, 1])
        """, "h = swiglu(gate, up)", "dgate, dup = swiglu_backward(dy, gate, up)"),
    "layers/gated_feed_forward": run("""
        import numpy as np
        from numpy_impl.layers.gated_feed_forward import SwiGLU

        layer = SwiGLU(2, 2).to(np.float64)
        one = np.eye(2)
        layer.load_state_dict({"gate.weight": one, "up.weight": 2 * one, "down.weight": one})
        x = np.array([[0.0, 1]])
        dy = np.array([[1.0, 1]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/softcap": run("""
        import numpy as np
        from numpy_impl.layers.softcap import soft_cap, soft_cap_backward

        x = np.array([-100.0, -1, 0, 1, 100])
        dy = np.ones(5)
        """, "y = soft_cap(x, 2.0)", "dx = soft_cap_backward(dy, y, 2.0)"),
    "layers/grouped_query_attention": run("""
        import numpy as np
        from numpy_impl.layers.grouped_query_attention import GroupedQueryAttention

        layer = GroupedQueryAttention(4, 2, 1, 2).to(np.float64)
        x = np.array([[[1.0, 0, 0, 1], [0, 2, 0, 0]]])
        dy = np.zeros_like(x)
        dy[0, 1] = 1, 0, 0, 0
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/decoder_block": run("""
        import numpy as np
        from numpy_impl.layers.decoder_block import DecoderBlock
        from numpy_impl.layers.gated_feed_forward import SwiGLU
        from numpy_impl.layers.grouped_query_attention import GroupedQueryAttention
        from numpy_impl.layers.rms_norm import RMSNorm

        layer = DecoderBlock(GroupedQueryAttention(4, 2, 1, 2), SwiGLU(4, 6),
                             norm1=RMSNorm(4), norm2=RMSNorm(4)).to(np.float64)
        x = np.array([[[1.0, 0, 0, 1], [0, 2, 0, 0]]])
        dy = np.zeros_like(x)
        dy[0, 1] = 1, 0, 0, 0
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "models/decoder": run("""
        import numpy as np
        from numpy_impl.models.llama import LlamaModel
        from twinformer.architectures.llama import LlamaConfig

        model = LlamaModel(LlamaConfig(vocab_size=5, context_length=8, d_model=4, n_heads=2,
                                       n_kv_heads=1, head_dim=2, n_layers=1, d_hidden=6)
                           ).to(np.float64)
        ids = np.array([[3, 1, 4]])
        dy = np.full((1, 3, 5), 0.1)
        """, "logits, cache = model.forward(ids)", "model.backward(dy, cache)"),
    "layers/post_norm_block": run("""
        import numpy as np
        from numpy_impl.layers.post_norm_block import PostNormBlock

        layer = PostNormBlock(4, 2, 8).to(np.float64)
        x = np.array([[[1.0, 0, 0, 1], [0, 2, 0, 0]]])
        dy = np.zeros_like(x)
        dy[0, 1] = 1, 0, 0, 0
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/pooler": run("""
        import numpy as np
        from numpy_impl.layers.pooler import Pooler

        layer = Pooler(2).to(np.float64)
        layer.load_state_dict({"dense.weight": np.array([[1.0, 0], [0, 0.5]]),
                               "dense.bias": np.zeros(2)})
        x = np.array([[[0.0, 1], [5, 5], [7, 7]]])
        dy = np.array([[1.0, 1]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "layers/masked_language_head": run("""
        import numpy as np
        from numpy_impl.layers.masked_language_head import MaskedLanguageHead

        layer = MaskedLanguageHead(2, 3).to(np.float64)
        x = np.array([[[1.0, 2], [0, 1]]])
        dy = np.array([[[1.0, 0, 0], [0, 0, 1]]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "models/bert": run("""
        import numpy as np
        from numpy_impl.models.bert import BertModel
        from twinformer.architectures.bert import BertConfig

        model = BertModel(BertConfig(vocab_size=7, context_length=4, d_model=4, n_heads=2,
                                     n_layers=1, d_hidden=8)).to(np.float64)
        ids = np.array([[3, 1, 4]])
        dy = np.full((1, 3, 4), 0.1)
        """, "hidden, cache = model.forward(ids)", "model.backward(dy, cache)"),
}
