"""A tiny model and a tiny batch: what training and finetuning do with them."""
from .run import run

__all__ = ["RUNS"]

GPT = """import numpy as np
        from numpy_impl.models.gpt2 import GPTModel
        from twinformer.models.config import GPT2Config

        model = GPTModel(GPT2Config(vocab_size=5, context_length=4, d_model=4, n_heads=2,
                                    n_layers=1)).to(np.float64)"""
BERT = """import numpy as np
        from numpy_impl.models.bert import BertModel
        from twinformer.architectures.bert import BertConfig

        model = BertModel(BertConfig(vocab_size=7, context_length=4, d_model=4, n_heads=2,
                                     n_layers=1, d_hidden=8)).to(np.float64)"""

RUNS = {
    "text/loader": run("""
        import numpy as np
        from numpy_impl.text.loader import create_loader
        from twinformer.batches.batches import Batches

        batches = Batches(np.arange(9), max_length=3, batch_size=2, seed=0)
        """, "inputs, targets, state = next(create_loader(batches))"),
    "training/learner": run(f"""
        {GPT}
        from numpy_impl.training.learner import Learner
        from numpy_impl.training.objective import NextTokens
        from twinformer.configs.device_config import DeviceConfig
        from twinformer.configs.training_config import TrainingConfig

        learner = Learner(model, NextTokens(), TrainingConfig(), DeviceConfig())
        microbatches = [(np.array([[3, 1, 4]]), np.array([[1, 4, 1]]))]
        """, "result = learner.train_step(microbatches, 1, 0.01)", twin=False),
    "generation/past": run("""
        from types import SimpleNamespace
        from numpy_impl.generation.past import places_of

        cache = SimpleNamespace(capacity=4)
        """, "places = places_of(cache, 3, 6)"),
    "generation/fill_mask": run(f"""
        {BERT}
        from numpy_impl.generation.fill_mask import mask_probabilities

        ids = np.array([[1, 6, 2]])
        places = np.array([[1]])
        """, "p = mask_probabilities(model, ids, places)"),
    "generation/attention_maps": run(f"""
        {GPT}
        from numpy_impl.generation.attention_maps import attention_maps

        ids = np.array([3, 1, 4])
        """, "maps = attention_maps(model, ids)", follow="Listener.append"),
    "generation/text_vectors": run("""
        import numpy as np
        from numpy_impl.generation.text_vectors import mean_vector

        hidden = np.array([[1.0, 2], [5, 6]])
        """, "vector = mean_vector(hidden)"),
    "evaluation/likelihood": run(f"""
        {GPT}
        from numpy_impl.evaluation.likelihood import log_likelihoods

        inputs = np.array([[3, 1, 4]])
        targets = np.array([[-100, 4, 1]])
        """, "logp, likeliest = log_likelihoods(model, inputs, targets)"),
    "training/masked_language_model": run(f"""
        {BERT}
        from numpy_impl.training.masked_language_model import MaskedTokens
        from twinformer.batches.masking import MaskedBatch

        batch = MaskedBatch(
            inputs=np.array([[1, 6, 2]]), targets=np.array([[-100, 3, -100]]),
            segments=np.array([[0, 0, 0]]), real=np.array([[True, True, True]]),
            labels=np.array([0]))
        hidden = np.array([[[1.0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0]]])
        """, "nats, cache = MaskedTokens().losses(model, hidden, batch)", twin=False),
    "finetuning/packed_tokens": run(f"""
        {GPT}
        from numpy_impl.finetuning.packed_tokens import PackedTokens
        from twinformer.batches.packing import PackedBatch

        batch = PackedBatch(inputs=np.array([[3, 1, 3, 4]]), targets=np.array([[1, -100, 4, 1]]),
                            documents=np.array([[0, 0, 1, 1]]))
        """, "nats, cache = PackedTokens().forward(model, batch)", twin=False),
    "finetuning/classification": run(f"""
        {GPT}
        from numpy_impl.finetuning.classification import Classification
        from numpy_impl.finetuning.classification_head import new_head
        from twinformer.batches.collate import ClassificationBatch

        new_head(model, n_classes=2, seed=0)
        batch = ClassificationBatch(inputs=np.array([[3, 1, 0], [2, 2, 4]]),
                                    labels=np.array([0, 1]), last=np.array([1, 2]))
        objective = Classification()
        """, "scores, cache = objective.scores(model, batch)", twin=False),
    "finetuning/classification_head": run(f"""
        {GPT}
        from numpy_impl.finetuning.classification_head import new_head
        """, "new_head(model, n_classes=2, seed=0)", twin=False),
    "finetuning/preferences": run(f"""
        {GPT}
        from numpy_impl.finetuning.preferences import PreferencePairs
        from twinformer.batches.pairs import PairBatch

        batch = PairBatch(inputs=np.array([[3, 1], [3, 2]]),        # chosen, then rejected
                          targets=np.array([[-100, 4], [-100, 0]]),
                          reference=np.array([-1.5, -1.7]))
        """, "loss, cache = PreferencePairs().forward(model, batch)", twin=False),
}
