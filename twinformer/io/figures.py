"""Pictures as PNG files, with labels in Chinese, Japanese or Korean too.

matplotlib's own font has none of their characters. It takes each character
from the first font of a list that has it, so that common fonts are added to
the list where they are installed.
"""
import functools
import io
import warnings
from pathlib import Path

from .files import write_atomically
from .glyphs import code_points, fonts_with, missing_from

__all__ = ["CJK_FONTS", "font_families", "in_any_script", "save_figure"]

CJK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC",
    "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti SC",
    "STHeiti", "Microsoft YaHei", "SimHei", "SimSun", "Arial Unicode MS",
    "Droid Sans Fallback", "Malgun Gothic", "Yu Gothic")
NOTE = (r"\u...: no installed font has this character; install one that has, "
        "such as Noto Sans CJK")


def font_families() -> list[str]:
    """The usual fonts, then those of CJK_FONTS that are installed."""
    import matplotlib
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [*matplotlib.rcParams["font.family"],
            *(name for name in CJK_FONTS if name in installed)]


def in_any_script(draw):
    """A function that draws, with these fonts for all that it writes."""
    @functools.wraps(draw)
    def drawn(*arguments, **options):
        import matplotlib

        with matplotlib.rc_context({"font.family": font_families()}), \
                warnings.catch_warnings():
            # save_figure sees to these, whoever draws
            warnings.filterwarnings("ignore", r"Glyph \d+ .* missing")
            return draw(*arguments, **options)
    return drawn


@in_any_script
def save_figure(figure, path: Path, dpi: int = 120) -> None:
    """As PNG, or SVG where the file ends so; whole or not at all."""
    image = io.BytesIO()
    make_readable(figure)
    kind = "svg" if path.suffix.lower() == ".svg" else "png"
    figure.savefig(image, format=kind, dpi=dpi)
    write_atomically(path, image.getvalue())


def make_readable(figure) -> None:
    """No empty boxes: other fonts where the usual ones lack a character, and
    the character's number, with a note below, where all of them do."""
    from matplotlib.text import Text

    for axes in figure.axes:                       # ticks get their labels
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_ticklabels()
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    for text in texts:
        if "\\mathdefault" not in text.get_text():  # a number's exponent
            text.set_parse_math(False)             # "$5 or $10" is a name
    written = "".join(text.get_text() for text in texts)
    families = font_families()
    if missing := missing_from(written, families):
        families += fonts_with(missing)
        for text in texts:
            text.set_fontfamily(families)
    if missing := missing_from(written, families):
        spell_out(figure, texts, missing)
        figure.supxlabel(NOTE, fontsize=7, color="gray")


def spell_out(figure, texts, missing) -> None:
    """Replace what no font has; the labels of ticks are their axis's."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            labels = [label.get_text() for label in axis.get_ticklabels()]
            if missing & set("".join(labels)):
                axis.set_ticks(axis.get_ticklocs(), [
                    code_points(label, missing) for label in labels])
    for text in texts:
        text.set_text(code_points(text.get_text(), missing))
