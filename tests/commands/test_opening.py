"""A run is opened with the tokenizer of the backend that was asked for."""
import pytest

from twinformer.backend import byte_pair_encoding
from twinformer.commands.opening import open_model
from twinformer.runs import opened_run


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_the_tokenizer_of_a_run_is_the_backends(backend, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(opened_run, "open_run",
                        lambda path, backend=None, **options: asked.append(backend))
    (tmp_path / "checkpoints").mkdir()
    open_model(str(tmp_path), backend, to_write=False)
    assert asked == [backend]
    assert byte_pair_encoding(backend).__module__ == f"{backend}_impl.text.bpe"
