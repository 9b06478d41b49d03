"""A chapter as a file of Jupyter: it stands alone."""
import json

from docs.site.notebooks import write_notebooks
from docs.site.places import Place

PAGE = """---
kernelspec:
  display_name: Python 3
  name: python3
---

# A chapter

<p class="book-notebook"><a href="x.ipynb" download>Download</a></p>

See [another page](../weights.md) and [a paper](https://arxiv.org/abs/1706.03762).

![A drawing](/figures/drawn.svg)

```math
y = x^2
```

```{code-cell} ipython3
print(table[0](1))
```

```{widget} softmax
Move it.
```

```{exercises} 01
```

```{pair} layers/norm layers/linear
```
"""


def written(tmp_path, **more):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/drawn.svg").write_text("<svg/>", "utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'small'\n", "utf-8")
    place = Place(root=tmp_path)
    write_notebooks({"chapters/01": PAGE}, tmp_path / "out", place, tmp_path)
    return json.loads((tmp_path / "out/01.ipynb").read_text("utf-8"))


def test_a_notebook_stands_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.delenv("TWINFORMER_REPOSITORY", raising=False)
    first, code, last = written(tmp_path)["cells"]
    text = first["source"]
    assert "See another page and [a paper](https://" in text and "Download" not in text
    assert "![A drawing](attachment:drawn.svg)" in text and "$$\ny = x^2\n$$" in text
    assert first["attachments"]["drawn.svg"] == {"image/svg+xml": "PHN2Zy8+"}
    assert code["source"] == "print(table[0](1))"
    assert "twinformer exercise list" in last["source"] and "Move it" not in last["source"]
    assert "- `numpy_impl/layers/norm.py`, `torch_impl/layers/norm.py`" in last["source"]
    assert "- `numpy_impl/layers/linear.py`, `torch_impl/layers/linear.py`" in last["source"]
    assert "{" not in last["source"]


def test_where_the_repository_is_known_the_first_cell_installs(tmp_path, monkeypatch):
    monkeypatch.setenv("TWINFORMER_REPOSITORY", "https://example.org/twinformer")
    install, *_ = written(tmp_path)["cells"]
    assert 'pip install -q "git+https://example.org/twinformer"' in install["source"]
