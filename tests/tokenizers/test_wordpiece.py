"""WordPiece: the ids of Hugging Face's BertWordPieceTokenizer, on any text."""
import unicodedata
from collections import Counter
from functools import cache

import pytest
from hypothesis import example, given, strategies as st
from tokenizers import BertWordPieceTokenizer
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from twinformer.tokenizers.bert_words import cut_words, normalized
from twinformer.tokenizers.formats.bert_files import read_vocab_txt
from twinformer.tokenizers.segments import encode_pair
from twinformer.io.surrogates import repair_surrogates
from twinformer.tokenizers.vocabulary import TextMarks
from twinformer.tokenizers.wordpiece import BERT_SPECIAL_TOKENS, WordPiece
from twinformer.tokenizers.wordpiece_training import learn_pieces

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import NASTY, error_of, real_text

TEXT = " ".join([*NASTY, "The unaffable cat's affable hugs, hugging unhuggable hugs!"]) * 3
FLAGS = [{"lower_case": lower, "strip_accents": strip, "space_chinese": chinese}
         for lower in (True, False) for strip in (None, True, False) for chinese in (True, False)]


def old(character: str) -> bool:
    """Is its kind what it was in Unicode 3.2? Later ones not all libraries know."""
    kind = unicodedata.ucd_3_2_0.category(character)
    return kind == unicodedata.category(character) != "Cn"


def texts():
    anything = st.text(st.characters(exclude_categories=["Cs"]).filter(old))
    word = st.text(st.sampled_from("hugUNGaffable\u00e9\u00c9' ##,")) | st.sampled_from(
        list(filter(lambda s: all(map(old, repair_surrogates(s))), NASTY)))
    return st.lists(word | anything).map("".join)


@cache
def pair_of(number: int = 0):
    """(ours, the library's with the same vocabulary and flags)"""
    flags = FLAGS[number]
    tokenizer = WordPiece.train(TEXT, 260, **flags, at_most=True)
    vocab = tokenizer.pieces | tokenizer.special_tokens
    return tokenizer, BertWordPieceTokenizer(
        vocab, lowercase=flags["lower_case"], strip_accents=flags["strip_accents"],
        handle_chinese_chars=flags["space_chinese"])


@given(st.integers(0, len(FLAGS) - 1), texts())
@example(0, "\u03bf\u03b4\u03bf\u03a3 \u0130stanbul A\u030angstr\u00f6m")   # final sigma, dots
@example(0, "h" * 100 + " " + "h" * 101)            # the longest word that is tried
@example(0, "a\tb\nc\rd\0e\ufffdf\u00adg\u200bh")   # what is white space, what nothing
@example(0, "hug$hug\u2014hug\u3002\u4f60\u597d\U0002b820\U0002b920")
def test_the_ids_of_the_library(number, text):
    tokenizer, peer = pair_of(number)
    ids = peer.encode(text, add_special_tokens=False).ids
    if not any(name in text for name in BERT_SPECIAL_TOKENS):
        assert tokenizer.encode(text) == ids
    if not tokenizer.decode(ids).startswith("#"):
        assert tokenizer.decode(ids) == peer.decode(ids, skip_special_tokens=False)


@pytest.mark.parametrize("flags", [(True, True, True), (False, False, False)])
def test_every_character_of_old_unicode(flags):
    """Cleaned, spaced, stripped, lower-cased and cut as in the library."""
    lower, strip, chinese = flags
    normalizer = BertNormalizer(lowercase=lower, strip_accents=strip,
                                handle_chinese_chars=chinese, clean_text=True)
    pre_tokenizer = BertPreTokenizer()
    for code in range(0x110000):
        text = f"a{chr(code)}b"
        if 0xd800 <= code < 0xe000 or not old(chr(code)):
            continue
        found = normalized(text, *flags)
        assert found == normalizer.normalize_str(text), hex(code)
        assert cut_words(found) == [
            word for word, _ in pre_tokenizer.pre_tokenize_str(found)], hex(code)


def test_the_longest_piece_first():
    """The example of the module; what is left over makes a whole word unknown."""
    names = [*BERT_SPECIAL_TOKENS, "the", "un", "##aff", "##able", "##ab", "cat", "."]
    tokenizer = WordPiece({name: i for i, name in enumerate(names)})
    ids = tokenizer.encode("The unaffable cat. unaffabled")
    assert [names[i] for i in ids] == [
        "the", "un", "##aff", "##able", "cat", ".", "[UNK]"]
    assert tokenizer.decode(ids) == "the unaffable cat. [UNK]"
    assert tokenizer.encode("able") == [1]          # it begins no word
    assert tokenizer.end_of_text == 3


def test_special_tokens_in_a_text():
    """As of every tokenizer here: an error, an id, or plain text."""
    tokenizer, peer = pair_of()
    text = "hug [MASK] hug"
    assert "contains the special token '[MASK]'" in error_of(tokenizer.encode, text)
    ids = tokenizer.encode(text, allowed_special={"[MASK]"})
    assert ids == peer.encode(text, add_special_tokens=False).ids
    assert tokenizer.special_tokens["[MASK]"] not in tokenizer.encode_ordinary(text)
    assert tokenizer.decode(ids) == text


def test_the_published_vectors():
    """Texts and ids of llama.cpp, in the vocabulary of BERT and bge."""
    tokenizer = read_vocab_txt(shared_data("bert-tokenizer/vocab.txt"))
    assert tokenizer.vocab_size == 30522 and tokenizer.lower_case
    sources = real_text("tokenizer-vectors/texts.inp").split("\n__ggml_vocab_test__\n")
    lines = real_text("tokenizer-vectors/bert-bge.out").split("\n")[:len(sources)]
    for text, line in zip(sources, lines, strict=True):
        assert tokenizer.encode(text) == list(map(int, line.split()))


@given(st.text("ab ", max_size=9), st.none() | st.text("ab ", max_size=9),
       st.none() | st.integers(3, 16))
def test_pairs_and_their_segments(first, second, length):
    tokenizer, peer = pair_of()
    if length:
        peer.enable_truncation(length, strategy="longest_first")
    else:
        peer.no_truncation()
    found = peer.encode(*filter(lambda text: text is not None, (first, second)))
    assert encode_pair(tokenizer, first, second, length) == (found.ids, found.type_ids)
    peer.no_truncation()


def test_pairs_that_cannot_be():
    tokenizer, _ = pair_of()
    assert "it is 1 too small" in error_of(encode_pair, tokenizer, "a", "b", 2)
    assert "contains the special token '[SEP]'" in error_of(encode_pair, tokenizer, "a [SEP] b")
    bare = WordPiece({"[UNK]": 0, "a": 1})
    assert "has no [CLS] and no [SEP]" in error_of(encode_pair, bare, "a")


def naive_pieces(words, size):
    """The textbook's way: count all pairs anew for each merge."""
    split = {word: [word[0], *("##" + c for c in word[1:])] for word in words}
    pieces = sorted({c for word in words for c in word})
    pieces += sorted({p for parts in split.values() for p in parts[1:]})
    while len(pieces) < size:
        counts = Counter()
        for word, parts in split.items():
            for a, b in zip(parts, parts[1:]):
                counts[a.encode(), b.encode()] += words[word]
        if not counts or max(counts.values()) < 2:
            break
        a, b = (each.decode() for each in max(counts, key=lambda p: (counts[p], p)))
        new = a + b.removeprefix("##")
        pieces += [new] if new not in pieces else []
        for parts in split.values():
            at = 0
            while at < len(parts) - 1:
                if parts[at:at + 2] == [a, b]:
                    parts[at:at + 2] = [new]
                at += 1
    return pieces


@given(st.lists(st.text("abc\u4f60", min_size=1, max_size=9), max_size=9), st.integers(8, 30))
@example(["aaaa", "aaaa", "aaa"], 20)
def test_learning_equals_counting_anew(words, size):
    found = learn_pieces([words, words[:3]], size)
    naive = naive_pieces(Counter([*words, *words[:3]]), size)
    assert set(found) <= set(naive)     # a piece that two merges give counts once
    assert found == naive[:len(found)]


def test_the_librarys_pieces_where_no_counts_are_equal():
    """Where pairs are equally common its choice differs from run to run."""
    words = Counter({"hu": 900, "hug": 300, "hugs": 90, "hugsy": 40, "pu": 27, "pun": 9})
    texts = [f"{word} " * n for word, n in words.items()]
    peer = BertWordPieceTokenizer()
    peer.train_from_iterator(texts, vocab_size=23, show_progress=False)
    found = WordPiece.train(texts, 23)
    assert {"hug", "hugsy", "pun"} <= found.pieces.keys()
    assert (found.pieces | found.special_tokens).keys() == peer.get_vocab().keys()


def test_training_on_a_book_and_again():
    text = real_text("books-en/alice.11-0.txt")
    tokenizer = WordPiece.train(text, 2000)
    assert tokenizer.vocab_size == 2000
    assert WordPiece.train([text], 2000).to_dict() == tokenizer.to_dict()
    marked = tokenizer.with_marks(TextMarks(beginning=2, end=0, stops=(3,)))
    assert WordPiece.from_dict(marked.to_dict()).marks == marked.marks
    ids = tokenizer.encode(text)
    assert tokenizer.special_tokens["[UNK]"] not in ids
    assert tokenizer.encode(tokenizer.decode(ids)) == ids


def test_many_characters_in_a_small_vocabulary():
    """The commonest stay; a text of other ones is unknown, word by word."""
    tokenizer = WordPiece.train("\u4f60\u597d" * 5 + "\u4e00\u697c", 9, at_most=True)
    assert {"\u4f60", "\u597d"} <= tokenizer.pieces.keys()
    assert tokenizer.encode("\u4e00\u4f60") == [1, tokenizer.pieces["\u4f60"]]


@pytest.mark.parametrize(("make", "message"), [
    (lambda: WordPiece({"a": 0}), "needs [UNK]"),
    (lambda: WordPiece({"a": 0, "[UNK]": 0}), "the same id"),
    (lambda: WordPiece.train("hug hug", 6), "room for at least one character"),
    (lambda: WordPiece.train("hug hug", 99), "supports a vocabulary of 12")])
def test_vocabularies_that_cannot_be(make, message):
    assert message in error_of(make)
