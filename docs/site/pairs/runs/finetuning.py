"""The mathematics of a task."""
from .run import run

__all__ = ["RUNS"]

RUNS = {
    "finetuning/pooling": run("""
        import numpy as np
        from numpy_impl.finetuning.pooling import pool, pool_backward

        logits = np.array([[[0.0, 0], [0, 2], [9, 9]]])
        last = np.array([1])
        dy = np.array([[1.0, -1]])
        """, 'scores, cache = pool(logits, last, "mean")', "dlogits = pool_backward(dy, cache)"),
    "finetuning/class_loss": run("""
        import numpy as np
        from numpy_impl.finetuning.class_loss import class_loss, class_loss_backward

        scores = np.log(np.array([[1.0, 3], [1, 1]]))
        labels = np.array([0, 1])
        dy = np.array(1.0)
        """, "loss, cache = class_loss(scores, labels)",
        "dscores = class_loss_backward(dy, cache)"),
    "finetuning/lora": run("""
        import numpy as np
        from numpy_impl.finetuning.lora import LoRALinear
        from numpy_impl.layers.linear import Linear

        layer = LoRALinear(Linear(3, 2), rank=1, alpha=2.0).to(np.float64)
        layer.load_state_dict(layer.state_dict() | {
            "base.weight": np.array([[1.0, 0, 0], [0, 1, 0]]), "base.bias": np.zeros(2),
            "A": np.array([[1.0, 1, 1]]), "B": np.array([[0.5], [0]])})
        x = np.array([[1.0, 2, 3]])
        dy = np.array([[1.0, 0]])
        """, "y, cache = layer.forward(x)", "dx = layer.backward(dy, cache)"),
    "finetuning/log_probability": run("""
        import numpy as np
        from numpy_impl.finetuning.log_probability import (
            sequence_log_probabilities, sequence_log_probabilities_backward)

        logits = np.log(np.array([[[1.0, 3], [1, 1], [7, 1]]]))
        targets = np.array([[1, 0, -100]])
        dy = np.array([1.0])
        """, "logp, cache = sequence_log_probabilities(logits, targets)",
        "dlogits = sequence_log_probabilities_backward(dy, cache)"),
    "finetuning/preference_loss": run("""
        import numpy as np
        from numpy_impl.finetuning.preference_loss import dpo_loss, dpo_loss_backward

        margins = np.array([0.0, np.log(3)])
        dy = np.array([1.0, 1])
        """, "losses, cache = dpo_loss(margins, beta=1.0)",
        "dmargins = dpo_loss_backward(dy, cache)"),
}
