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


def figure_of(labels, title="a"):
    figure = Figure(layout="constrained")
    figure.suptitle(title)
    figure.subplots().set_xticks(range(len(labels)), labels, rotation=45)
    return figure


def shown(figure):
    return [text.get_text() for text in figure.axes[0].get_xticklabels()]


def test_no_empty_boxes_where_no_font_has_a_character(tmp_path, monkeypatch):
    monkeypatch.setattr("twinformer.io.figures.font_families", lambda: ["DejaVu Sans"])
    monkeypatch.setattr("twinformer.io.figures.fonts_with", lambda missing: [])
    figure = figure_of(["垃圾", "ham"], "运行-1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_figure(figure, tmp_path / "a.png")
    assert shown(figure) == [r"\u5783\u573e", "ham"]
    assert figure.get_suptitle() == r"\u8fd0\u884c-1"
    assert "install one that has" in figure.get_supxlabel()


def test_another_installed_font_draws_what_the_usual_ones_lack(tmp_path, monkeypatch):
    monkeypatch.setattr("twinformer.io.figures.font_families", lambda: ["cmr10"])
    figure = figure_of(["Ж", "ham"])
    save_figure(figure, tmp_path / "a.png")
    assert shown(figure) == ["Ж", "ham"] and figure.get_supxlabel() == ""
    families = figure.axes[0].get_xticklabels()[0].get_fontfamily()
    assert families[0] == "cmr10" and len(families) > 1


def test_a_price_is_no_formula(tmp_path):
    r"""matplotlib sets $...$ as mathematics, and fails at what is none."""
    figure = figure_of([r"$\frac$", "from $5 to $10"])
    save_figure(figure, tmp_path / "a.png")
    assert shown(figure) == [r"$\frac$", "from $5 to $10"]
