"""What a model is made of, read off the model itself: its modules in order, with the shapes of
their weights, in a published size. One block stands for all, and no weight is made."""
import functools
from dataclasses import dataclass, replace

from .labels import label
from .svg import Drawing, width_of

__all__ = ["MODELS", "architecture", "model_of"]

MODELS = {"gpt2": "gpt2", "llama": "llama-3.2-1b", "qwen3": "qwen3-0.6b",
          "qwen3_moe": "qwen3-30b-a3b", "gemma3": "gemma-3-270m", "olmo3": "olmo-3-7b",
          "gpt_oss": "gpt-oss-20b", "bert": "bert-base-uncased"}
LINE, GAP, WIDTH = 17, 22, 400
COLOURS = {"Embedding": "a", "ScaledEmbedding": "a", "LearnedPositions": "a", "Linear": "a",
           "MultiHeadAttention": "b", "GroupedQueryAttention": "b", "FeedForward": "c",
           "SwiGLU": "c", "GeGLU": "c", "ClampedSwiGLU": "c", "MixtureOfExperts": "c",
           "MaskedLanguageHead": "a", "Pooler": "a"}


@dataclass
class Part:
    """A box: its title, lines below it, and the colour."""

    title: str
    lines: list[str]
    kind: str

    def height(self) -> float:
        return 12 + LINE * (1 + len(self.lines))


@functools.cache
def model_of(kind: str):
    """(config, the twin's model with a single block, whose weights have shapes and no memory)"""
    import torch

    from twinformer.architectures.bert import BERT_PRESETS
    from twinformer.architectures.kinds import all_presets
    from twinformer.backend import implementation

    config = {**all_presets(), **BERT_PRESETS}[MODELS[kind]]
    with torch.device("meta"):
        return config, implementation("torch").new_model(one_block(config), seed=None)


def one_block(config):
    """The config of a model of one block: only lists that have one entry a layer are cut."""
    return replace(config, n_layers=1)


def shapes(module, prefix: str = "") -> list[str]:
    return [f"{prefix}{name} {tuple(array.shape)}" for name, array in module.named_parameters()]


def part(module, language: str, config) -> Part:
    name = type(module).__name__
    lines = remarks(module, config, language)
    if name == "MixtureOfExperts":
        lines += shapes(module.router, "router.")
        lines += shapes(module.experts[0], label("one expert", language) + ": ")
    else:
        lines += shapes(module)
    return Part(label(name, language), lines, COLOURS.get(name, "plain"))


def remarks(module, config, language: str) -> list[str]:
    """What one would not see in the shapes."""
    name, found = type(module).__name__, []
    if name == "MultiHeadAttention":
        found.append(label("heads", language, heads=config.n_heads,
                           width=config.d_model // config.n_heads))
    if name == "GroupedQueryAttention":
        found.append(label("groups", language, heads=module.n_heads, groups=module.n_kv_heads,
                           width=config.head_dim))
        found.append(label("rotary", language))
        if getattr(config, "window_size", None):
            found.append(label("window", language, size=config.window_size))
    if name == "MixtureOfExperts":
        found.append(label("experts", language, count=len(module.experts),
                           chosen=module.route.keywords["top_k"]))
    return found


def stack(kind: str, language: str):
    """The parts from the text upwards: before, branches of the block, behind."""
    config, model = model_of(kind)

    def has(owner, name):
        module = getattr(owner, name, None)
        return [part(module, language, config)] if hasattr(module, "named_parameters") else []

    before = [one for name in ("token_embedding", "segment_embedding", "position_embedding",
                               "embedding_norm") for one in has(model, name)]
    block = model.blocks[0]
    if type(block).__name__ == "PostNormBlock":
        inner = [(has(block, "attention"), has(block, "norm1")),
                 (has(block, "feed_forward"), has(block, "norm2"))]
    else:
        inner = [(has(block, f"norm{n}") + has(block, what) + has(block, f"post_norm{n}"), [])
                 for n, what in ((1, "attention"), (2, "feed_forward"))]
    behind = [one for name in ("final_norm", "head", "pooler") for one in has(model, name)]
    head = getattr(model, "head", None)
    if head is not None and type(head).__name__ == "Linear" and (
            head.weight is model.token_embedding.weight):
        behind[-1].lines[-1:] = [label("tied", language)]
    return config, before, inner, behind


def architecture(kind: str, language: str) -> str:
    """The drawing, from the text at the top to the scores at the bottom."""
    config, before, inner, behind = stack(kind, language)
    parts = [*before, *(p for branch, then in inner for p in [*branch, *then]), *behind]
    wide = max(width_of(line, 12, True) for p in parts for line in [p.title, *p.lines])
    width = max(WIDTH, wide + 40)
    height = sum(p.height() + GAP for p in parts) + len(inner) * (22 + GAP) + 190
    drawing = Drawing(width + 110, height, label("architecture", language, name=MODELS[kind]))
    drawing.text(20, 24, MODELS[kind], "title")
    x, middle, y = 40.0, 40 + width / 2, 62.0
    drawing.text(middle, y, label("tokens", language), "soft", "middle")
    y += 8

    def box(p: Part, y: float, joined: bool = True) -> float:
        if joined:
            drawing.arrow([(middle, y), (middle, y + GAP)])
        y += GAP
        drawing.box(x, y, width, p.height(), p.kind)
        drawing.text(x + 12, y + 20, p.title, "title")
        for n, line in enumerate(p.lines, 1):
            drawing.text(x + 12, y + 20 + LINE * n, line, "code soft")
        return y + p.height()

    for p in before:
        y = box(p, y)
    top = y + 12
    frame = len(drawing.parts)
    drawing.add("")
    y += 28
    drawing.line([(middle, top - 12), (middle, y)])
    for branch, then in inner:
        begin = y + 8
        for p in branch:
            y = box(p, y)
        y = plus(drawing, middle, x + width + 22, begin, y)
        for p in then:
            y = box(p, y)
    y += 14
    times = label("times", language, count=config.n_layers)
    box_of_block = Drawing(0, 0, "")
    box_of_block.box(x - 18, top, width + 60, y - top, "none", 10)
    box_of_block.text(x - 8, top + 18, times, "soft small")
    drawing.parts[frame] = "".join(box_of_block.parts)
    drawing.line([(middle, y - 14), (middle, y)])
    if kind == "bert":              # heads that read the same vectors, each for itself
        drawing.arrow([(middle, y), (middle, y + GAP)])
        drawing.text(middle, y + GAP + 18, label("hidden", language), "soft", "middle")
        y += GAP + 4
    for p in behind:
        y = box(p, y, joined=kind != "bert")
    if kind != "bert":
        drawing.arrow([(middle, y), (middle, y + GAP)])
        drawing.text(middle, y + GAP + 16, label("logits", language), "soft", "middle")
        y += GAP + 16
    drawing.height = y + 16
    return drawing.svg()


def plus(drawing: Drawing, middle: float, side: float, begin: float, y: float) -> float:
    """The shortcut around a branch, and the sum it ends in."""
    drawing.arrow([(middle, y), (middle, y + GAP)])
    centre = y + GAP + 11
    drawing.arrow([(middle, begin), (side, begin), (side, centre), (middle + 11, centre)])
    drawing.circle(middle, centre, 11, "paper")
    drawing.text(middle, centre + 5, "+", "title", "middle")
    return centre + 11
