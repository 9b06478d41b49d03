"""From logits to text."""
from .run import run

__all__ = ["RUNS"]

RUNS = {
    "generation/sampling": run("""
        import numpy as np
        from numpy_impl.generation.sampling import next_probabilities

        logits = np.log(np.array([8.0, 4, 2, 1, 1]))
        """, "p = next_probabilities(logits, temperature=1.0, top_k=3)"),
    "layers/kv_cache": run("""
        import numpy as np
        from numpy_impl.layers.kv_cache import KVCache

        cache = KVCache(4)
        k = np.array([[[[1.0], [2]]]])
        v = np.array([[[[10.0], [20]]]])
        """, "keys, values, *_ = cache.extend(k, v)", twin=False),
    "generation/generate": run("""
        import numpy as np
        from numpy_impl.generation.generate import generate
        from numpy_impl.models.gpt2 import GPTModel
        from twinformer.models.config import GPT2Config

        model = GPTModel(GPT2Config(vocab_size=5, context_length=8, d_model=4, n_heads=2,
                                    n_layers=1))
        ids = np.array([[3, 1, 4]])
        """, "text = generate(model, ids, 2, temperature=0.0)", twin=False),
    "generation/logits_processing": run("""
        import numpy as np
        from numpy_impl.generation.logits_processing import penalise_repetition

        logits = np.array([[2.0, -1, 3]])
        seen = np.array([[True, True, False]])
        """, "less = penalise_repetition(logits, seen, 2.0)"),
    "generation/beam_search": run("""
        import numpy as np
        from numpy_impl.generation.beam_search import best_continuations

        scores = np.log(np.array([0.6, 0.4]))
        log_probs = np.log(np.array([[0.5, 0.3, 0.2], [0.05, 0.05, 0.9]]))
        """, "best = best_continuations(scores, log_probs, 2)"),
    "generation/speculative": run("""
        import numpy as np
        from numpy_impl.generation.speculative import residual

        p = np.array([0.5, 0.25, 0.25])
        q = np.array([0.25, 0.5, 0.25])
        """, "r = residual(p, q)"),
}
