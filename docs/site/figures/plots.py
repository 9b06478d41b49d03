"""Curves: a loss, schedules, the roofline of a training step, the hands of rotary positions."""
import math

import numpy as np

from .chart import Chart
from .labels import label
from .learned import learned
from .svg import Drawing

__all__ = ["loss_curve", "roofline", "rope_angles", "schedules"]

GPU, BANDWIDTH = "A100", 2.0e12      # bytes/s between its memory and its cores, by the data sheet


def loss_curve(language: str) -> str:
    losses, start = learned().losses, math.log(learned().vocabulary)
    chart = Chart(label("loss curve", language), label("step", language), label("loss", language),
                  (0, len(losses)), (0, start * 1.15), right=40)
    chart.line(range(len(losses)), losses, "a")
    chart.line([0, len(losses)], [start, start], "b")
    chart.drawing.text(chart.inner[2], chart.place_y(start) - 8,
                       label("start", language, value=start), "fill-b small", "end")
    return chart.svg()


def schedules(language: str) -> str:
    from twinformer.training.schedule import learning_rate_at

    steps, warmup = 1000, 100
    chart = Chart(label("schedules", language), label("step", language), label("rate", language),
                  (0, steps), (0, 1.08), right=180)
    kinds = {"cosine": {"schedule": "cosine"}, "linear": {"schedule": "linear"},
             "wsd": {"schedule": "wsd", "decay_share": 0.2}, "constant": {"schedule": "constant"}}
    for n, (name, options) in enumerate(kinds.items()):
        xs = range(0, steps + (name != "constant"), 5)
        chart.line(xs, [learning_rate_at(step, warmup_steps=warmup, max_steps=steps,
                                         learning_rate=1.0, **options) for step in xs], "abcd"[n])
        chart.drawing.text(chart.inner[2] + 10, 80 + 20 * n, label(name, language),
                           f"fill-{'abcd'[n]}")
    return chart.svg()


def work(N: int, config) -> list[tuple[str, str, float, float]]:
    """(English, Chinese, operations, bytes) of parts of a step, float32, each array read or
    written once."""
    D, V, T = config.d_model, config.vocab_size, config.context_length
    F, parameters = 4 * D, 124e6

    def product(n, d, f):
        return 2.0 * n * d * f, 4.0 * (n * d + d * f + n * f)

    return [("head: (N, D) times (D, V)", "输出头：(N, D) 乘 (D, V)", *product(N, D, V)),
            ("feed-forward up", "前馈网络：变宽", *product(N, D, F)),
            ("attention in tiles", "分块注意力", 2.0 * N * T * D, 4.0 * 4 * N * D),
            ("layer norm", "层归一化", 8.0 * N * D, 4.0 * 2 * N * D),
            ("GELU", "GELU", 10.0 * N * F, 4.0 * 2 * N * F),
            ("AdamW", "AdamW", 12.0 * parameters, 4.0 * 7 * parameters),
            ("the same head, one token", "同一个输出头，只算一个词元", *product(1, D, V))]


def roofline(language: str) -> str:
    """What a GPU of the catalog could do of its peak, by operations for each byte."""
    from twinformer import GPT2Config
    from twinformer.estimate.gpus import gpu_named

    ridge = gpu_named(GPU).single / BANDWIDTH
    chart = Chart(f"{label('roofline', language)} · {GPU}", label("intensity", language),
                  label("share of peak", language), (0.1, 2000), (1e-3, 2), "xy", width=760,
                  height=400, right=40)
    chart.line([0.1, ridge, 2000], [0.1 / ridge, 1, 1], "a")
    chart.drawing.text(chart.place_x(5), chart.place_y(5 / ridge) + 26,
                       label("memory-bound", language), "fill-a small")
    chart.drawing.text(chart.inner[2], chart.place_y(1) - 10, label("compute-bound", language),
                       "fill-a small", "end")
    places = [(8, 18), (-8, 36), (-8, 18), (12, 16), (-10, -8), (-10, -8), (12, 16)]
    for (en, zh, operations, moved), (dx, dy) in zip(work(8 * 1024, GPT2Config()), places):
        intensity = operations / moved
        chart.point(intensity, min(1, intensity / ridge), "b", zh if language == "zh" else en,
                    dx, dy, "end" if dx < 0 else "start")
    return chart.svg()


def rope_angles(language: str) -> str:
    """A dial for every pair of features and position."""
    from numpy_impl.layers.rotary_frequencies import rotary_frequencies

    title = label("rope angles", language)
    frequencies, positions, R, gap = rotary_frequencies(8, 1000.0), np.arange(10), 20, 56
    drawing = Drawing(110 + gap * len(positions), 84 + gap * len(frequencies), title)
    drawing.text(14, 22, title, "title")
    drawing.text(82 + gap * len(positions) / 2, 46, label("position", language), "soft small",
                 "middle")
    for t in positions:
        drawing.text(110 + gap * t, 64, str(t), "soft small", "middle")
    for n, frequency in enumerate(frequencies):
        y = 96 + gap * n
        drawing.text(14, y + 4, label("pair", language, n=n), "")
        for t in positions:
            x, angle = 110 + gap * t, float(t * frequency)
            drawing.circle(x, y, R, "paper")
            drawing.arrow([(x, y), (x + R * math.cos(angle), y - R * math.sin(angle))],
                          f"line-{'abcd'[n]}")
    return drawing.svg()
