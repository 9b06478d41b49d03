"""Small tokenizers with the parts that published models have, trained here.

Each is a folder as the model's makers publish it: tokenizer.json with the same
components, tokenizer_config.json and generation_config.json.
"""
import functools
import json
from pathlib import Path

from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
    trainers,
)

from twinformer.tokenizers.patterns import PATTERNS

TEXT = "She said, “naïve 你好!” -- (is it?) low lower lowest\n\n  the café at 12345 <b> " * 5
SPECIAL = {"llama3": ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"],
           "qwen3": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
           "gemma3": ["<pad>", "<eos>", "<bos>", "<unk>", "<end_of_turn>"],
           "gpt2": ["<|endoftext|>"]}
ADDED = {"qwen3": ["<think>", "</think>", "<tool_call>"],
         "gemma3": ["\n", "\n\n", "\n\n\n", "▁▁", "▁▁▁", "<b>"]}
BOS = {"llama3": "<|begin_of_text|>", "gemma3": "<bos>"}
CONFIGS = {
    "llama3": {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    "qwen3": {"bos_token": None, "eos_token": "<|im_end|>", "add_bos_token": False},
    "gemma3": {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>",
               "add_bos_token": True, "add_eos_token": False},
    "gpt2": {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}}
STOPS = {"llama3": ["<|end_of_text|>", "<|eot_id|>"], "qwen3": ["<|im_end|>", "<|endoftext|>"],
         "gemma3": ["<eos>", "<end_of_turn>"], "gpt2": ["<|endoftext|>"]}
FAMILIES = list(STOPS)


def byte_level(name, **options):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name == "gpt2", **options)


def learned(peer, size, special):
    peer.train_from_iterator([TEXT], trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, show_progress=False, initial_alphabet=(
            pre_tokenizers.ByteLevel.alphabet() if not peer.model.byte_fallback else [])))
    return peer


def on_bytes(name):
    """Llama 3, Qwen 3, GPT-2: the special tokens lie behind the vocabulary."""
    peer = Tokenizer(models.BPE(ignore_merges=name == "llama3"))
    peer.pre_tokenizer = byte_level(name) if name == "gpt2" else pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERNS[{"qwen3": "qwen"}.get(name, name)]), "isolated"),
        byte_level(name)])
    if name == "qwen3":
        peer.normalizer = normalizers.NFC()
    peer.decoder = decoders.ByteLevel()
    learned(peer, 330, [])
    peer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL[name]])
    return peer


def on_characters(name):
    """Gemma 3: all in one vocabulary, and bytes for what is not in it."""
    def empty(vocab=None, merges=None):
        return models.BPE(vocab, merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>")

    peer = Tokenizer(empty())
    peer.normalizer = normalizers.Replace(" ", "▁")
    peer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    model = json.loads(learned(peer, 120, SPECIAL[name]).to_str())["model"]
    vocab = model["vocab"]
    for byte in range(256):
        vocab[f"<0x{byte:02X}>"] = len(vocab)
    peer.model = empty(vocab, list(map(tuple, model["merges"])))
    peer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return peer


@functools.cache
def standin(name) -> Tokenizer:
    """The tokenizer, as its library has it."""
    peer = on_characters(name) if name == "gemma3" else on_bytes(name)
    peer.add_tokens([AddedToken(token, normalized=False) for token in ADDED.get(name, [])])
    moving = [processors.ByteLevel(trim_offsets=False)]
    if name in BOS:
        moving.append(processors.TemplateProcessing(
            single=f"{BOS[name]} $A", pair=f"{BOS[name]} $A {BOS[name]} $B",
            special_tokens=[(BOS[name], peer.token_to_id(BOS[name]))]))
    peer.post_processor = moving[-1] if name == "gemma3" else processors.Sequence(moving)
    return peer


def folder_of(name, folder: Path) -> Path:
    """The files of the model's makers, in a folder."""
    peer = standin(name)
    peer.save(str(folder / "tokenizer.json"))
    added = json.loads(peer.to_str())["added_tokens"]
    config = CONFIGS[name] | {
        "tokenizer_class": "PreTrainedTokenizerFast", "added_tokens_decoder": {
            str(token.pop("id")): token for token in added}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    ids = [peer.token_to_id(token) for token in STOPS[name]]
    (folder / "generation_config.json").write_text(json.dumps(
        {"eos_token_id": ids if len(ids) > 1 else ids[0]}))
    return folder
