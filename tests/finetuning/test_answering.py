"""Answers in words: whole characters, whatever a limit of tokens cuts."""
from types import SimpleNamespace

from twinformer.chat.template import ChatTemplate
from twinformer.corpora.prompts import CHATML, PHI3
from twinformer.corpora.records import Instruction
from twinformer.finetuning.answering import answer_tasks, stop_ids
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer


def test_an_answer_ends_with_a_whole_character():
    tokenizer = ByteTokenizer()
    model = SimpleNamespace(config=SimpleNamespace(context_length=64))

    def respond(model, questions, max_new_tokens, **options):
        return [tokenizer.encode_ordinary("你好吗")[:max_new_tokens] for _ in questions]
    task = Instruction("问候", "", "你好")
    for limit, answer in ((9, "你好吗"), (8, "你好"), (7, "你好"), (1, "")):
        assert answer_tasks(model, [task], PHI3, tokenizer, respond, limit) == [answer]


def test_what_ends_an_answer():
    """The end of a text, and the style's own sign where the tokenizer has it as one token."""
    tokenizer = ByteTokenizer(["<|endoftext|>", "<|im_end|>"])
    assert stop_ids(PHI3, tokenizer) == [256]
    assert stop_ids(CHATML, tokenizer) == [256, 257]
    template = ChatTemplate("{% for m in messages %}{{ m.content }}<|im_end|>\n{% endfor %}")
    assert stop_ids(template, tokenizer) == [256, 257]
    assert stop_ids(CHATML, ByteTokenizer()) == [256]
