"""Processes change the speed, not the ids nor their order."""
import twinformer.tokenizers.processes as parallel
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer


def test_order_and_content(monkeypatch):
    monkeypatch.setattr(parallel, "BUNDLE", 10)     # many bundles
    texts = [str(i) * (i % 7) for i in range(60)]
    got = list(parallel.encode_in_processes(ByteTokenizer(), iter(texts), 2))
    assert [bytes(ids.tolist()).decode() for ids in got] == texts
