"""Labels in any script: fonts that are there, and no warnings."""
import warnings

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager

from twinformer.io.figures import CJK_FONTS, font_families, in_any_script, save_figure


def test_only_fonts_that_are_installed(monkeypatch):
    usual = list(matplotlib.rcParams["font.family"])
    monkeypatch.setattr(fontManager, "ttflist", [])
    assert font_families() == usual
    monkeypatch.setattr(fontManager, "ttflist", [
        FontEntry(name="SimHei"), FontEntry(name="Other"), FontEntry(name=CJK_FONTS[0])])
    assert font_families() == [*usual, CJK_FONTS[0], "SimHei"]


def test_what_is_drawn_has_these_fonts(monkeypatch):
    monkeypatch.setattr("twinformer.io.figures.font_families", lambda: ["DejaVu Sans", "SimHei"])

    @in_any_script
    def draw():
        return Figure().suptitle("a")
    assert draw().get_fontfamily() == ["DejaVu Sans", "SimHei"]
    assert "SimHei" not in matplotlib.rcParams["font.family"]


def test_chinese_labels_without_a_warning(tmp_path):
    figure = Figure()
    figure.subplots().set_xticks([0, 1], ["\u5783\u573e", "\u6b63\u5e38"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_figure(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
