"""What is broken, which tests see it, and what no test can tell apart."""
from pathlib import Path

__all__ = ["EQUIVALENT", "MODULES", "NO_MATHEMATICS", "ROOT", "SECOND"]

ROOT = Path(__file__).resolve().parents[2]

# Modules with mathematics: of the reference, then what both packages use.
MODULES = [
    "text.bpe", "text.windows", "text.loader",
    "layers.activations", "layers.softmax", "layers.linear",
    "layers.embedding", "layers.positions", "layers.norm", "layers.dropout",
    "layers.feed_forward", "layers.attention", "layers.flash_attention",
    "layers.self_attention", "layers.multi_head_attention", "layers.block",
    "layers.kv_cache", "layers.reading", "layers.parallel", "layers.module",
    "models.gpt2",
    "training.loss", "training.clipping", "training.optimizer",
    "training.objective", "training.learner", "training.diagnosis",
    "training.throughput",
    "generation.sampling", "generation.generate", "generation.responding",
    "finetuning.freezing", "finetuning.pooling", "finetuning.class_loss",
    "finetuning.classification_head", "finetuning.classifier_model",
    "finetuning.classification", "finetuning.log_probability",
    "finetuning.packed_tokens", "finetuning.preference_loss",
    "finetuning.preferences", "finetuning.lora", "finetuning.lora_model",
    "finetuning.lora_adapters", "finetuning.review",
    "evaluation.likelihood",
    "twinformer.checks", "twinformer.tokenizers.bpe",
    "twinformer.tokenizers.fast.bpe_merging",
    "twinformer.tokenizers.fast.early_merges",
    "twinformer.tokenizers.fast.pair_ranks",
    "twinformer.tokenizers.fast.piece_cache",
    "twinformer.models.initialisation", "twinformer.models.keep_masks",
    "twinformer.training.schedule", "twinformer.evaluation.perplexity"]

# Files of the reference without, and why (test_mutants.py holds the list).
NO_MATHEMATICS = {
    "models.parameters": "copies arrays by their names",
    "models.pretrained": "reads files and checks their names and shapes",
    "models.torch_io": "reads and writes torch's files"}

# Tests that see each mutant too, or instead where it has no file of its own.
SECOND = {
    "layers.parallel": ["parity_tests/test_lockstep.py"],
    "training.learner": ["parity_tests/test_lockstep.py"],
    "twinformer.models.keep_masks": ["parity_tests/layers/test_dropout.py"],
    "twinformer.tokenizers.bpe": ["parity_tests/text/test_bpe.py"]}

# Mutants that compute the same: (module, what they say) -> why.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("layers.softmax", "masked_softmax: 0 -> 1"):
        "what is taken from a row of -inf, which it stays",
    ("layers.softmax", "masked_softmax: 1 -> 2"):
        "what the zeros of a row without any True are divided by",
    ("finetuning.lora", "LoRALinear.merged: 1 -> 2"):
        "the size of a Linear whose weights are replaced in the next line",
    ("evaluation.likelihood", "choice_log_likelihoods: -1 -> 1"):
        "the last axis of a table is its second one"}
