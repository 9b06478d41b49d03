"""In which order one reads the pairs: not the alphabet's, but the one in which each needs only
what came before it."""
from typing import NamedTuple

__all__ = ["PARTS", "Part", "neighbours", "ordered"]


class Part(NamedTuple):
    """Some pairs that belong together."""

    title: dict[str, str]
    why: dict[str, str]
    pairs: tuple[str, ...]


def part(en: str, zh: str, why_en: str, why_zh: str, pairs: str) -> Part:
    return Part({"en": en, "zh": zh}, {"en": why_en, "zh": why_zh}, tuple(pairs.split()))


PARTS = [
    part("The smallest layers", "最小的层",
         "What every network is made of. Begin with Linear: it shows the contract that all layers "
         "keep.",
         "每个网络都由它们搭成。先读 Linear：所有层都遵守的约定，它用最短的篇幅讲清楚了。",
         "layers/linear layers/softmax layers/norm layers/activations layers/embedding "
         "layers/positions layers/dropout layers/feed_forward layers/module"),
    part("Attention, rung by rung", "注意力，由浅入深",
         "From one dot product to many heads, and to the form that never holds all scores at "
         "once.",
         "从一次点积到多个头，再到不必同时存下所有分数的写法。",
         "layers/attention layers/visibility layers/self_attention layers/multi_head_attention "
         "layers/tiles layers/flash_attention"),
    part("A whole GPT, and its loss", "完整的 GPT 与它的损失",
         "Nothing new: only composition. And the one number that says how wrong it is.",
         "没有新东西，只是把前面的组合起来；还有那个说明“错了多少”的数。",
         "layers/block layers/reading models/gpt2 training/loss"),
    part("Text", "文本",
         "How characters become the numbers that a model reads.",
         "字符怎样变成模型读的数。",
         "text/bpe text/windows text/loader"),
    part("Training", "训练",
         "From a gradient to a step, and from a step to a run.",
         "从梯度到一步更新，再从一步到一次训练运行。",
         "training/objective training/clipping training/optimizer training/learner "
         "training/diagnosis training/throughput"),
    part("From logits to text", "从 logits 到文本",
         "A model gives a probability to every next token. What is made of them: a draw, a "
         "search, or a bet.",
         "模型给每个可能的下一个词元一个概率。接下来怎么用：抽样、搜索，或者打赌。",
         "generation/sampling layers/kv_cache generation/generate generation/logits_processing "
         "generation/responding generation/running_batch generation/past "
         "generation/beam_search generation/speculative evaluation/likelihood "
         "generation/attention_maps"),
    part("What later models changed", "后来的模型改了什么",
         "Four parts of GPT-2 replaced, one after the other; then the models that are made of the "
         "new ones.",
         "GPT-2 的四个部件先后被换掉；然后是用新部件搭成的模型。",
         "layers/rms_norm layers/rotary layers/rotary_frequencies layers/gates "
         "layers/gated_feed_forward layers/softcap layers/grouped_query_attention "
         "layers/decoder_block models/decoder models/llama models/qwen3 models/gemma3 "
         "models/olmo3"),
    part("Mixtures of experts", "混合专家",
         "Many feed-forwards, of which each token meets a few.",
         "许多前馈网络，每个词元只见其中几个。",
         "layers/router layers/mixture_of_experts layers/load_balance models/qwen3_moe "
         "models/gpt_oss models/stored_experts"),
    part("BERT", "BERT",
         "A model that sees both sides of a gap, and is asked to fill it.",
         "看得见空缺两边的模型，任务是把空缺填上。",
         "layers/post_norm_block layers/pooler layers/masked_language_head models/bert "
         "training/masked_language_model generation/fill_mask "
         "generation/text_vectors"),
    part("Finetuning", "微调",
         "A trained model learns a task: a class, an answer, a preference.",
         "训练好的模型再学一项任务：分类、回答、偏好。",
         "finetuning/freezing finetuning/pooling finetuning/class_loss "
         "finetuning/classification_head finetuning/classification finetuning/classifier_model "
         "finetuning/review finetuning/packed_tokens finetuning/lora finetuning/lora_model "
         "finetuning/lora_adapters finetuning/log_probability finetuning/preference_loss "
         "finetuning/preferences"),
    part("Other optimizers, and keeping large runs calm", "别的优化器，以及让大训练保持平稳",
         "What one adds when a model grows.",
         "模型变大之后要加上的东西。",
         "training/newton_schulz training/muon training/optimizer_choice training/z_loss "
         "layers/qk_clip"),
    part("Weights, in and out", "权重的进与出",
         "Models by name, arrays by name, published files.",
         "按名字建模型、按名字取数组、读写公开发布的权重文件。",
         "models/building models/parameters models/pretrained models/torch_io"),
]


def ordered() -> list[str]:
    """All pairs, "layers/linear" first."""
    return [name for part in PARTS for name in part.pairs]


def neighbours(name: str) -> tuple[str | None, str | None]:
    """What one reads before this pair, and behind it."""
    names = ordered()
    at = names.index(name)
    return (names[at - 1] if at else None,
            names[at + 1] if at + 1 < len(names) else None)
