"""Who may attend to whom, as grids; and how much, as a map."""
import numpy as np

from .labels import label
from .svg import Drawing

__all__ = ["attention_map", "causal", "grid", "packed", "window"]

CELL = 30


def grid(weights: np.ndarray, title: str, rows: list[str], columns: list[str], language: str,
         documents=None, numbers: bool = False) -> str:
    """Queries downwards, keys to the right; the fuller a square, the more weight it has."""
    T, S = weights.shape
    left, top = 92, 76
    drawing = Drawing(left + S * CELL + 30, top + T * CELL + 24, title)
    drawing.text(14, 22, title, "title")
    drawing.text(left + S * CELL / 2, 46, label("key", language) + " →", "soft small", "middle")
    drawing.text(left - 10, top - 8, label("query", language) + " ↓", "soft small", "end")
    for s, name in enumerate(columns):
        drawing.text(left + (s + 0.5) * CELL, top - 8, name, "code small", "middle")
    for t in range(T):
        drawing.text(left - 10, top + (t + 0.64) * CELL, rows[t], "code small", "end")
        for s in range(S):
            colour = "abcd"[int(documents[s]) % 4] if documents is not None else "a"
            x, y = left + s * CELL, top + t * CELL
            drawing.box(x, y, CELL, CELL, "none", 0)
            if weights[t, s] > 0:
                drawing.cell(x + 1.5, y + 1.5, CELL - 3, CELL - 3, colour,
                             float(weights[t, s]) * 0.85 + 0.03,
                             f"{rows[t]} → {columns[s]}: {weights[t, s]:.2f}")
    widest = len(title) * (14 if language == "zh" else 7.6) + 30
    drawing.width = max(drawing.width, widest)
    return drawing.svg()


def mask(name: str, language: str, **options) -> str:
    from numpy_impl.layers.visibility import visible_mask

    seen = visible_mask(10, 10, **options)
    seen = seen[0] if seen.ndim == 3 else seen
    places = [str(n) for n in range(10)]
    documents = options.get("documents")
    return grid(seen.astype(float), label(name, language), places, places, language,
                None if documents is None else documents[0])


def causal(language: str) -> str:
    return mask("causal mask", language)


def window(language: str) -> str:
    return mask("window mask", language, window=4)


def packed(language: str) -> str:
    return mask("packed mask", language, documents=np.array([[0] * 4 + [1] * 3 + [2] * 3]))


def attention_map(language: str) -> str:
    """Of a head of a tiny GPT that has learned a sentence by heart."""
    from .learned import learned

    signs = [sign.replace(" ", "␣") for sign in learned().text[:-1]]
    return grid(learned().weights, label("attention map", language), signs, signs, language)
