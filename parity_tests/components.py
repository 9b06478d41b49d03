"""Everything that is under proof, in one list: how to make a case for it, how
to run it in the reference, and how to run it in the twin.

    case = component.case(source)             # sizes, parameters, inputs, dy
    run_numpy(case), run_torch(case)          # {name: array} each (running.py)
    bounds.measured_bounds(...)               # how far they may part

A new component is a line here, and a function in entering/ for what goes in.
"""
from .assembled import Beside, Mixture, Pair, Routing, Turned, WithRotary
from .component_base import Component
from .entering import attention, experts, layers, losses, models

__all__ = ["COMPONENTS", "component"]

# Why some are not asked about NaN and infinity
NOTHING_ENTERS = {"special_values": "no number of the caller's goes in"}
CHOICE = {"bfloat16": "what so few digits decide is who is chosen"}
MASKED_ROW = {"special_values":
              "of scores that are all -inf the formula makes NaN; torch's "
              "kernel takes them for masked ones, and gives 0"}

INFINITE_ROW = {"special_values":
                "of a largest logit that is infinite the formula makes NaN; "
                "torch's logsumexp returns it"}

COMPONENTS = [
    *(Component("layers.activations", name, layers.elementwise, remembers="input",
                complex_step=name not in ("relu", "gelu_exact"))
      for name in ("relu", "gelu", "gelu_exact", "silu")),
    Component("layers.softmax", "softmax", layers.elementwise, remembers="output"),
    Component("layers.softmax", "log_softmax", layers.elementwise,
              remembers="output"),
    Component("layers.softmax", "masked_softmax", layers.masked,
              backward="softmax_backward", remembers="output"),
    Component("layers.linear", "Linear", layers.linear),
    Component("layers.embedding", "Embedding", layers.embedding,
              skips=NOTHING_ENTERS),
    Component("layers.positions", "LearnedPositions", layers.positions),
    Component("layers.positions", "sinusoidal_positions", layers.sinusoids,
              remembers="arguments", skips=NOTHING_ENTERS | {
                  "bfloat16": "float64, whatever the model computes in"}),
    Component("layers.norm", "LayerNorm", layers.norm, huge=1e10),
    Component("layers.rms_norm", "RMSNorm", layers.norm, huge=1e10),
    Component("layers.rms_norm", "UnitOffsetRMSNorm", layers.norm, huge=1e10),
    Turned("layers.rotary", "rotate", layers.turned, remembers="arguments"),
    Component("layers.softcap", "soft_cap", layers.capped, remembers="bent"),
    Component("layers.embedding", "ScaledEmbedding", layers.scaled_embedding,
              skips=NOTHING_ENTERS),
    Component("layers.dropout", "Dropout", layers.dropout),
    Component("layers.feed_forward", "FeedForward", layers.feed_forward),
    *(Component("layers.gates", name, layers.gated, remembers="inputs")
      for name in ("swiglu", "geglu", "clamped_swiglu")),
    *(Component("layers.gated_feed_forward", name, layers.gated_feed_forward)
      for name in ("SwiGLU", "GeGLU", "ClampedSwiGLU")),
    Routing("layers.router", "softmax_then_top_k", experts.softmax_router),
    Routing("layers.router", "top_k_then_softmax", experts.router),
    Routing("layers.router", "sigmoid_with_groups", experts.sigmoid_router,
            skips=CHOICE),
    Mixture("layers.mixture_of_experts", "MixtureOfExperts", experts.mixture,
            skips=CHOICE),
    Component("layers.load_balance", "load_balance_loss", experts.assignments),
    Component("layers.attention", "attention", attention.attention, huge=1e3,
              skips=MASKED_ROW),
    Component("layers.attention", "attention", attention.grouped, ", in groups",
              by_name=("scale", "softcap", "sinks"), huge=1e3, skips=MASKED_ROW),
    Component("layers.flash_attention", "flash_attention", attention.tiled,
              by_name=("tile",), huge=1e3, skips=MASKED_ROW),
    Component("layers.flash_attention", "flash_attention", attention.windowed,
              ", in windows", by_name=("window", "scale", "softcap", "documents",
                                       "tile"), huge=1e3, skips=MASKED_ROW),
    Component("layers.self_attention", "simple_self_attention", attention.simple,
              huge=1e3),
    Component("layers.self_attention", "SelfAttention", attention.single_head,
              huge=1e3),
    Component("layers.self_attention", "CausalAttention", attention.causal,
              huge=1e3),
    Component("layers.self_attention", "MultiHeadAttentionWrapper",
              attention.several_heads, huge=1e3),
    Component("layers.multi_head_attention", "MultiHeadAttention",
              attention.transformer, huge=1e3, skips=MASKED_ROW),
    Component("layers.block", "TransformerBlock", attention.transformer, huge=1e3),
    WithRotary("layers.grouped_query_attention", "GroupedQueryAttention",
               attention.grouped_layer, huge=1e3, skips=MASKED_ROW),
    Component("models.gpt2", "GPTModel", models.gpt2, huge=1e3, model=True,
              skips=NOTHING_ENTERS),
    *(Component(f"models.{room}", model, make, huge=1e3, model=True,
                skips=NOTHING_ENTERS)
      for room, model, make in (
          ("llama", "LlamaModel", models.llama),
          ("qwen3", "Qwen3Model", models.qwen3),
          ("qwen3_moe", "Qwen3MoEModel", models.qwen3_moe),
          ("gemma3", "Gemma3Model", models.gemma3),
          ("olmo3", "Olmo3Model", models.olmo3),
          ("gpt_oss", "GptOssModel", models.gpt_oss))),
    Component("layers.post_norm_block", "PostNormBlock", attention.post_norm,
              huge=1e3, skips=MASKED_ROW),
    Component("layers.pooler", "Pooler", layers.pooler),
    Component("layers.masked_language_head", "MaskedLanguageHead",
              layers.masked_head, huge=1e3),
    Component("models.bert", "BertModel", models.bert, huge=1e3, model=True,
              skips=NOTHING_ENTERS),
    Component("training.loss", "cross_entropy", losses.loss),
    Pair("training.z_loss", "cross_entropy_and_z", losses.loss_and_z,
         huge=1e10, skips=INFINITE_ROW),
    Beside("finetuning.lora", "LoRALinear", layers.low_rank),
    Component("finetuning.pooling", "pool", losses.pooled),
    Component("finetuning.class_loss", "class_loss", losses.classes),
    Component("finetuning.log_probability", "sequence_log_probabilities",
              losses.answers),
    Component("finetuning.preference_loss", "dpo_loss", losses.smoothed_comparisons,
              complex_step=False),
    Component("finetuning.preference_loss", "ipo_loss", losses.comparisons),
]


def component(name: str) -> Component:
    """The entry called "layers.norm.LayerNorm"."""
    found = [part for part in COMPONENTS if part.name == name]
    if not found:
        raise ValueError(f"no component is called {name!r}; there are "
                         f"{', '.join(part.name for part in COMPONENTS)}")
    return found[0]
