"""Our BPE and tiktoken: the same ids on any text."""
import json
import re
import sysconfig
import unicodedata
from pathlib import Path

import pytest
import tiktoken
from hypothesis import example, given, strategies as st

import numpy_impl.text.bpe as ours
import torch_impl.text.bpe as theirs
from twinformer.tokenizers.patterns import PATTERNS
from twinformer.io.surrogates import repair_surrogates
from twinformer.tokenizers.vocabulary import TextMarks

from .samples import NASTY, error_of, gpt2, real_text, texts

TRAINING_TEXT = " ".join(NASTY) * 3 + "low lower lowest newer newest wide " * 9


def trained(pattern):
    tokenizer = ours.BPETokenizer.train(
        TRAINING_TEXT, 420, pattern, ["<|endoftext|>", "<|end|>", "<|end|>of"])
    return tokenizer, theirs.BPETokenizer.from_dict(tokenizer.to_dict())


PAIRS = {pattern: trained(pattern) for pattern in PATTERNS}


@given(texts())
@example("'\u017f is a letter s without regard to case")
@example("\U0001f468" * 100)                        # a piece long enough for the heap
@example("lone \ud800 and swapped \udc00\ud800 and paired \ud83d\ude00")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_ids_equal_tiktoken(pattern, text):
    tokenizer, twin = PAIRS[pattern]
    ids = tokenizer.encode(text, disallowed_special=())
    assert ids == twin.encode(text, disallowed_special=())
    assert tokenizer.decode(ids) == twin.decode(ids) == twin.encoding.decode(ids)


@given(texts())
def test_gpt2_ids_equal_tiktoken(text):
    tokenizer, twin = gpt2()
    assert tokenizer.encode_ordinary(text) == twin.encode_ordinary(text)


@given(texts())
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_textbook_finds_the_ids_of_the_fast_branch(pattern, text):
    """Merge by merge, as the page says it; and all pieces at once."""
    tokenizer, twin = PAIRS[pattern]
    textbook = Textbook.from_dict(tokenizer.to_dict())
    assert textbook.encode_ordinary(text) == twin.encode_ordinary(text)


@given(st.dictionaries(st.text("abc", max_size=6).map(str.encode), st.integers(1, 4),
                       max_size=6), st.integers(0, 12), st.integers(1, 3))
@example({b"aaa": 1, b"aaaa": 2}, 3, 1)     # overlaps count, and merge from the left
@example({b"ab": 2, b"cb": 2}, 2, 1)        # equal counts: the greater pair first
def test_the_textbook_learns_the_merges_of_the_fast_branch(pieces, n_merges, min_count):
    ours_fast = ours.BPETokenizer.learn_merges(pieces, n_merges, min_count)
    assert Textbook.learn_merges(pieces, n_merges, min_count) == ours_fast
    assert theirs.BPETokenizer.learn_merges(pieces, n_merges, min_count) == ours_fast


class Textbook(ours.BPETokenizer):
    fast = False


@given(st.binary())
def test_round_trip_of_every_byte_string(data):
    """Bytes that are no UTF-8 cannot be encoded, but they can be written."""
    tokenizer, twin = PAIRS["gpt2"]
    assert tokenizer.decode_bytes(data) == twin.encoding.decode_bytes(list(data)) == data
    text = data.decode("latin-1")
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.lists(st.sampled_from(["<|end|>", "<|end|>of", "<|endoftext|>", "text", " <", "\n"]),
                max_size=8).map("".join),
       st.sets(st.sampled_from(["<|end|>of", "<|endoftext|>"])) | st.just("all"),
       st.sets(st.sampled_from(["<|end|>of", "<|endoftext|>", "text"])) | st.just("all"))
def test_special_tokens_as_tiktoken(text, allowed, disallowed):
    tokenizer, twin = (BPE.from_dict(PAIRS["cl100k"][0].to_dict() | {
        "special_tokens": {"<|end|>of": 1000, "<|endoftext|>": 1001}})
        for BPE in (ours.BPETokenizer, theirs.BPETokenizer))

    def result(encode):
        try:
            return encode(text, allowed_special=allowed, disallowed_special=disallowed)
        except ValueError:
            return ValueError
    assert result(tokenizer.encode) == result(twin.encode) == result(twin.encoding.encode)


@given(st.lists(st.sampled_from(["<t>", "<t>x", "<|s|>", "<t", "|s|>", "e\u0301", " the", "\n"])
                | texts(), max_size=8).map("".join))
@pytest.mark.parametrize("pattern", ["gpt2", "qwen"])
def test_added_tokens_are_one_id_wherever_they_stand(pattern, text):
    """By hand, all at once and by tiktoken, to which they are special tokens."""
    added, special = {"<t>": 1000, "<t>x": 1001}, {"<|s|>": 1002}
    vocabulary = PAIRS[pattern][0].ranks, pattern, special, "NFC", added
    tokenizer, textbook, twin = (
        BPE(*vocabulary) for BPE in (ours.BPETokenizer, Textbook, theirs.BPETokenizer))
    parts = re.split("(<t>x|<t>)", repair_surrogates(text))
    expected = [i for part in parts for i in (
        [added[part]] if part in added else twin.encoding.encode_ordinary(
            unicodedata.normalize("NFC", part)))]
    for one in (tokenizer, textbook, twin):
        assert one.encode_ordinary(text) == one.encode(text, disallowed_special=()) == expected
        batch, = one.encode_batch([text])
        assert batch.tolist() == expected
        steered = one.encode(text, "all")
        assert steered.count(1002) == text.count("<|s|>")
        assert [i for i in steered if i in added.values()] == [
            i for i in expected if i in added.values()]
        assert one.decode(steered) == one.decode(expected)


def test_of_two_special_tokens_the_longer_wins():
    for tokenizer in PAIRS["gpt2"]:
        special = tokenizer.special_tokens
        assert tokenizer.encode("<|end|>of", "all") == [special["<|end|>of"]]
        assert tokenizer.encode("<|end|> of", {"<|end|>"}, ())[0] == special["<|end|>"]


def test_disallowed_special_token_is_named():
    for tokenizer in gpt2():
        message = error_of(tokenizer.encode, "hello <|endoftext|>")
        assert "<|endoftext|>" in message and "allowed_special" in message
        assert tokenizer.encode("hello <|endoftext|>", {"<|endoftext|>"}) == [31373, 220, 50256]


@pytest.mark.parametrize("text, ids", [
    ("hello world", [31373, 995]),
    ("Hello, do you like tea? <|endoftext|> In the sunlit terracesof someunknownPlace.",
     [15496, 11, 466, 345, 588, 8887, 30, 220, 50256, 554, 262, 4252, 18250, 8812, 2114, 1659,
      617, 34680, 27271, 13]),
    ("Implementations", [3546, 26908, 602]),
    ("0" * 16, [25645]),
    ("0" * 17, [8269, 10535, 830]),
    ("asdf asdfasdf a!!, @aba 9asdf90asdfk",
     [292, 7568, 355, 7568, 292, 7568, 257, 3228, 11, 2488, 15498, 860, 292, 7568, 3829, 292,
      7568, 74]),
])
def test_published_ids_of_gpt2(text, ids):
    for tokenizer in gpt2():
        assert tokenizer.encode(text, allowed_special="all") == ids
        assert tokenizer.decode(ids) == text


@pytest.mark.parametrize("name, count", [
    ("books-en/alice.11-0.txt", 52_814),
    ("books-en/moby-dick.2701-0.txt", 354_289),
    ("books-en/sherlock-holmes.1661.txt", 163_629),
    ("books-en/pride-and-prejudice.1342-0.txt", 190_765),
    ("rasbt/the-verdict.txt", 5145),
    ("chinese/hongloumeng.txt", None),
    ("chinese/tangshi300.json", None),
    ("chinese/songci300.json", None),
    ("unicode/emoji-test.txt", None),
    ("unicode/utf8_sequence_0-0xffff_assigned_printable_unseparated.txt", None),
    ("unicode/utf8_sequence_0-0xfff_assigned_including-unprintable-asis_unseparated.txt", None),
])
def test_real_text_gives_the_ids_of_tiktoken(name, count):
    text = real_text(name)
    tokenizer, twin = gpt2()
    ids = tokenizer.encode_ordinary(text)
    assert ids == twin.encode_ordinary(text)
    assert tokenizer.decode(ids) == text
    assert count is None or len(ids) == count


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_emoji_and_naughty_string_by_itself(pattern):
    lines = real_text("unicode/emoji-test.txt").split("\n")
    lines += json.loads(real_text("blns/blns.json"))
    tokenizer, twin = PAIRS[pattern]
    ours_, theirs_ = map(list, (tokenizer.encode_batch(lines), twin.encode_batch(lines)))
    assert all(map(list.__eq__, (i.tolist() for i in ours_), (i.tolist() for i in theirs_)))
    assert list(map(tokenizer.decode, ours_)) == lines


def test_published_count_of_the_naughty_strings():
    strings = json.loads(real_text("blns/blns.json"))
    tokenizer, _ = gpt2()
    assert len(strings) == 515
    assert sum(len(tokenizer.encode(s, disallowed_special=())) for s in strings) == 12_238


@pytest.mark.parametrize("pattern", PATTERNS)
def test_source_code(pattern):
    tokenizer, twin = PAIRS[pattern]
    library = Path(sysconfig.get_path("stdlib"))
    for name in ("typing.py", "tokenize.py", "this.py", "html/entities.py"):
        text = (library / name).read_text(encoding="utf-8")
        assert tokenizer.encode_ordinary(text) == twin.encode_ordinary(text)


@pytest.mark.parametrize("text", [
    "a" * 100_000, " " * 100_000, "\n \t" * 30_000, "0123456789" * 10_000, "\u7ea2" * 30_000,
], ids=["letter", "spaces", "white", "digits", "chinese"])
def test_one_endless_piece(text):
    """Quadratic time would need hours here."""
    tokenizer, twin = PAIRS["gpt2"]
    assert tokenizer.encode(text) == twin.encode(text)


@pytest.mark.slow
@pytest.mark.parametrize("text", [
    ("a sentence, 42 times; " + "\u7ea2\u697c\u68a6\u4e2d\u4eba " + "x = {'y': 1} ") * 200_000,
    "".join(map(chr, range(0x4e00, 0x9fa6))) * 160,
    "abcdefghij" * 1_000_000,
], ids=["words", "chinese", "letters"])
def test_ten_megabytes_in_one_line(text):
    assert len(text.encode()) >= 1e7 and len(text.splitlines()) == 1
    tokenizer, twin = gpt2()
    assert tokenizer.encode(text) == twin.encode(text)


def test_training_reference_vocabulary():
    reference = json.loads(real_text("bpe-training/train-bpe-reference-vocab.json"))
    tokenizer = ours.BPETokenizer.train(real_text("bpe-training/corpus.en"), 500)
    twin = theirs.BPETokenizer.train(real_text("bpe-training/corpus.en"), 500)
    assert tokenizer.to_dict() == twin.to_dict()
    assert set(tokenizer.to_dict()["ranks"]) | {"<|endoftext|>"} == set(reference)
    assert tokenizer.vocab_size == len(reference) == 500
    assert tokenizer.end_of_text == 499


def test_vocabulary_larger_than_the_text_supports():
    """The error names the size that works."""
    message = error_of(ours.BPETokenizer.train, "low lower lowest " * 5, 1000)
    assert "ask for at most 264" in message
    tokenizer = ours.BPETokenizer.train("low lower lowest " * 5, 264)
    assert tokenizer.vocab_size == 264
    assert "at least 257" in error_of(ours.BPETokenizer.train, "text", 256)
    assert ours.BPETokenizer.train("", 257).encode("any") == list(b"any")


def test_new_special_tokens_leave_the_other_ids():
    text = "".join(NASTY)
    for tokenizer in gpt2():
        more = tokenizer.with_special_tokens(["<|user|>", "<|endoftext|>", "<|bot|>"])
        assert type(more) is type(tokenizer) and more.vocab_size == 50_259
        assert more.encode_ordinary(text) == tokenizer.encode_ordinary(text)
        assert more.encode("<|bot|>a<|user|>", "all") == [50_258, 64, 50_257]
        assert more.decode([50_257]) == "<|user|>" and more.end_of_text == 50_256


def test_a_tokenizer_keeps_all_that_it_was_told():
    ranks = {bytes([i]): i for i in range(256)}
    marks = TextMarks(beginning=300, stops=(301,))
    for package in (ours, theirs):
        first = package.BPETokenizer(ranks, "qwen", {"<s>": 300, "</s>": 301}, "NFC",
                                     {"<t>": 302}, marks)
        for other in (first, package.BPETokenizer.from_dict(first.to_dict()),
                      first.with_special_tokens(["<|user|>"])):
            assert other.marks == marks and other.added_tokens == {"<t>": 302}
            assert (other.first_token, other.stop_tokens) == (300, (301,))
            assert other.encode("<t>e\u0301", add_beginning=True) == [300, 302, 0xC3, 0xA9]
            assert other.decode([302, 97]) == "<t>a"


@pytest.mark.parametrize("form", ["NFC", "NFKD"])
def test_normalization(form):
    text = "e\u0301 \u00e9 \ufb01 \ud55c\uad6d"
    for tokenizer in PAIRS["qwen"]:
        normal = type(tokenizer)(tokenizer.ranks, "qwen", {}, form)
        assert normal.decode(normal.encode(text)) == unicodedata.normalize(form, text)
        batch, = normal.encode_batch([text])
        assert batch.tolist() == normal.encode(text)
    assert "NFC" in error_of(ours.BPETokenizer, tokenizer.ranks, normalization="lower")


def test_wrong_vocabularies_are_refused():
    ranks = {bytes([i]): i for i in range(256)}
    assert "256 single bytes" in error_of(ours.BPETokenizer, {b"a": 0})
    assert "same id" in error_of(ours.BPETokenizer, ranks | {b"ab": 97})
    assert "id of its own" in error_of(ours.BPETokenizer, ranks, "gpt2", {"<|s|>": 97})
    for token, i in (("<think>", 65), ("", 300)):
        assert "needs an id of its own" in error_of(
            ours.BPETokenizer, ranks, added_tokens={token: i})
    assert "id of its own" in error_of(
        ours.BPETokenizer, ranks, special_tokens={"<s>": 300}, added_tokens={"<t>": 300})
    assert "neither" in error_of(ours.BPETokenizer, ranks, "[unclosed")
    assert "(?:...)" in error_of(ours.BPETokenizer, ranks, r"(\p{L}+)|\s")


def test_ids_outside_the_vocabulary_are_refused():
    for tokenizer in gpt2():
        for bad in (50257, -1, -100):
            assert str(bad) in error_of(tokenizer.decode, [15496, bad])
    with pytest.raises(TypeError, match="str"):
        gpt2()[0].encode(b"bytes")


def test_patterns_of_tiktoken_itself():
    """Its possessive spelling of the GPT-2 and GPT-4 patterns cuts as ours."""
    published = {
        "gpt2": r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|"""
                r"""\s+(?!\S)|\s""",
        "cl100k": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+|"""
                  r""" ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
    }
    text = "".join(NASTY) + " ".join(NASTY) + real_text("blns/blns.txt") + "  \n "
    for name, pattern in published.items():
        tokenizer, _ = PAIRS[name]
        peer = tiktoken.Encoding("peer", pat_str=pattern, mergeable_ranks=tokenizer.ranks,
                                 special_tokens={})
        assert tokenizer.encode_ordinary(text) == peer.encode_ordinary(text)


def test_the_shortest_pieces_are_merged_too():
    ranks = {b"a": 0, b"b": 1, b"ab": 2}
    assert ours.merge_piece(b"a", ranks) == [0]
    assert ours.merge_piece(b"ab", ranks) == [2]
