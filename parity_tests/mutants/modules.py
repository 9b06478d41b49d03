"""What is broken, and which tests see it."""
from pathlib import Path

__all__ = ["MODULES", "NO_MATHEMATICS", "ROOT", "SECOND"]

ROOT = Path(__file__).resolve().parents[2]

# Modules with mathematics: of the reference, then what both packages use.
MODULES = [
    "text.bpe", "text.windows", "text.loader",
    "layers.activations", "layers.softmax", "layers.linear", "layers.few_rows",
    "layers.embedding", "layers.positions", "layers.norm", "layers.rms_norm",
    "layers.rotary_frequencies", "layers.rotary", "layers.dropout",
    "layers.feed_forward", "layers.gates", "layers.gated_feed_forward",
    "layers.router", "layers.mixture_of_experts", "layers.load_balance",
    "layers.visibility", "layers.softcap", "layers.attention",
    "layers.tiles", "layers.flash_attention",
    "layers.self_attention", "layers.multi_head_attention", "layers.block",
    "layers.grouped_query_attention", "layers.decoder_block",
    "layers.post_norm_block", "layers.pooler", "layers.masked_language_head",
    "layers.qk_clip", "layers.kv_cache", "layers.reading", "layers.parallel", "layers.module",
    "models.gpt2", "models.decoder", "models.llama", "models.qwen3",
    "models.qwen3_moe", "models.gemma3", "models.olmo3", "models.gpt_oss",
    "models.bert",
    "training.loss", "training.z_loss", "training.clipping",
    "training.optimizer", "training.newton_schulz", "training.muon",
    "training.optimizer_choice",
    "training.objective", "training.masked_language_model",
    "training.data_parallel", "training.learner", "training.diagnosis", "training.throughput",
    "generation.sampling", "generation.logits_processing", "generation.past",
    "generation.generate", "generation.running_batch",
    "generation.beam_search", "generation.speculative",
    "generation.responding", "generation.fill_mask",
    "generation.text_vectors", "generation.attention_maps",
    "finetuning.freezing", "finetuning.pooling", "finetuning.class_loss",
    "finetuning.classification_head", "finetuning.classifier_model",
    "finetuning.classification", "finetuning.log_probability",
    "finetuning.packed_tokens", "finetuning.preference_loss",
    "finetuning.preferences", "finetuning.lora", "finetuning.lora_model",
    "finetuning.lora_adapters", "finetuning.review",
    "evaluation.likelihood",
    "twinformer.batches.masking", "twinformer.batches.parts",
    "twinformer.checks", "twinformer.tokenizers.bpe",
    "twinformer.tokenizers.fast.bpe_merging",
    "twinformer.tokenizers.fast.early_merges",
    "twinformer.tokenizers.fast.pair_ranks",
    "twinformer.tokenizers.fast.piece_cache",
    "twinformer.models.initialisation", "twinformer.models.keep_masks",
    "twinformer.training.schedule", "twinformer.evaluation.perplexity"]

# Files of the reference without, and why (test_mutants.py holds the list).
NO_MATHEMATICS = {
    "models.building": "finds a class by its name, and puts arrays in their places",
    "models.parameters": "copies arrays by their names",
    "models.pretrained": "reads files and checks their names and shapes",
    "models.stored_experts": "reads experts from files, when they are chosen",
    "models.torch_io": "reads and writes torch's files"}

# Tests that see each mutant too, or instead where it has no file of its own.
SECOND = {
    **{f"models.{kind}": ["parity_tests/models/test_architectures.py"] for kind in (
        "llama", "qwen3", "qwen3_moe", "gemma3", "olmo3", "gpt_oss")},
    "models.decoder": ["parity_tests/models/test_architectures.py"],
    "layers.flash_attention": ["parity_tests/layers/test_flash_attention_laws.py"],
    "layers.tiles": ["parity_tests/layers/test_flash_attention_laws.py"],
    "layers.parallel": ["parity_tests/test_lockstep.py"],
    "layers.kv_cache": ["parity_tests/layers/test_ring_kv_cache.py"],
    "layers.grouped_query_attention": ["parity_tests/layers/test_qk_clip.py"],
    "training.objective": ["parity_tests/layers/test_load_balance.py"],
    "training.optimizer": ["parity_tests/training/test_muon.py"],
    "models.gpt2": ["parity_tests/finetuning/test_freezing.py",
                    "parity_tests/layers/test_kv_cache.py"],
    "training.learner": ["parity_tests/test_lockstep.py",
                         "parity_tests/training/test_any_learner.py"],
    "generation.generate": ["parity_tests/generation/test_generate_models.py",
                            "parity_tests/generation/test_generate_text.py"],
    "finetuning.lora_adapters": ["parity_tests/finetuning/test_adapter_files.py",
                                 "parity_tests/finetuning/test_adapters_refused.py"],
    "twinformer.models.keep_masks": ["parity_tests/layers/test_dropout.py"],
    "twinformer.tokenizers.bpe": ["parity_tests/text/test_bpe.py"]}
