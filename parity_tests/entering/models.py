"""What goes into whole models: a small config, and ids."""
from twinformer.architectures.bert import BertConfig
from twinformer.architectures.gemma3 import Gemma3Config
from twinformer.architectures.gpt_oss import GptOssConfig
from twinformer.architectures.llama import LlamaConfig
from twinformer.architectures.olmo3 import Olmo3Config
from twinformer.architectures.qwen3 import Qwen3Config, Qwen3MoEConfig
from twinformer.models.config import GPT2Config

from .attention import documents, who_attends, who_is_read

__all__ = ["gpt2", "llama", "qwen3", "qwen3_moe", "gemma3", "olmo3", "gpt_oss",
           "bert"]


def gpt2(source):
    B, T, H, K, V = map(source.size, (3, 6, 3, 4, 11))
    length = T + source.size(3) - 1
    config = GPT2Config(
        vocab_size=V, context_length=length, d_model=H * K,
        n_heads=H, n_layers=source.size(2), dropout=source.choice([0.0, 0.2]),
        qkv_bias=source.choice([True, False]),
        tie_embeddings=source.choice([True, False]))
    read, P = who_is_read(source, B, T)
    return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, V),
            {"keep": source.choice([None, source.seed()]),
             "mask": who_attends(source, B, T), "read": read,
             "positions": source.choice([None, source.ids((B, T), length)])})


def decoder(config_class, **more):
    """A maker for a decoder of that config: more = {field: source -> value}."""
    def make(source):
        B, T, D, V = map(source.size, (3, 6, 6, 11))
        G, K = source.size(2), 2 * source.size(2)
        sizes = {name: of(source) for name, of in more.items()}
        config = config_class(**{
            "vocab_size": V, "context_length": 50, "d_model": D,
            "n_heads": G * source.size(3), "n_kv_heads": G, "head_dim": K,
            "d_hidden": source.size(6), "n_layers": source.size(2),
            "rope_theta": source.choice([10.0, 10000.0]),
            "tie_embeddings": source.choice([True, False])} | sizes)
        read, P = who_is_read(source, B, T)
        return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, V),
                {"mask": who_attends(source, B, T), "read": read,
                 "positions": source.choice([None, source.ids((B, T), 50)]),
                 "documents": documents(source, B, T)})
    return make


def truth(source):
    return source.choice([True, False])


def size(most):
    return lambda source: source.size(most)


WINDOWS = {"window_size": size(4), "global_every": size(2)}
YARN = {"yarn_factor": lambda source: source.choice([1.0, 4.0]),
        "yarn_original_length": lambda source: 8}
llama = decoder(LlamaConfig, rope_interleaved=truth,
                rope_factor=lambda source: source.choice([1.0, 8.0]),
                rope_original_length=lambda source: 8)
qwen3 = decoder(Qwen3Config)
qwen3_moe = decoder(Qwen3MoEConfig, renormalise=truth,
                    n_active=size(2), n_experts=lambda source: 1 + source.size(3))
gemma3 = decoder(Gemma3Config, **WINDOWS,
                 query_scale=lambda source: source.choice([0.0, 7.0]),
                 score_cap=lambda source: source.choice([0.0, 2.0]),
                 logit_cap=lambda source: source.choice([0.0, 2.0]))
olmo3 = decoder(Olmo3Config, **WINDOWS, **YARN)
gpt_oss = decoder(GptOssConfig, **YARN, window_size=size(4), n_active=size(2),
                  n_experts=lambda source: 1 + source.size(3))


def bert(source):
    B, T, H, K, V = map(source.size, (3, 6, 3, 4, 11))
    length = T + source.size(3) - 1
    config = BertConfig(
        vocab_size=V, context_length=length, d_model=H * K, n_heads=H,
        n_layers=source.size(2), d_hidden=source.size(9),
        n_segments=source.size(3), dropout=source.choice([0.0, 0.2]),
        attention_dropout=source.choice([0.0, 0.2]))
    read, P = who_is_read(source, B, T)
    return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, H * K),
            {"keep": source.choice([None, source.seed()]),
             "mask": who_attends(source, B, T), "read": read,
             "positions": source.choice([None, source.ids((B, T), length)]),
             "segments": source.choice([
                 None, source.ids((B, T), config.n_segments)])})
