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

__all__ = ["CJK_FONTS", "font_families", "in_any_script", "save_figure"]

CJK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC",
    "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti SC",
    "STHeiti", "Microsoft YaHei", "SimHei", "SimSun", "Arial Unicode MS",
    "Droid Sans Fallback", "Malgun Gothic", "Yu Gothic")


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
            # where no font has a character, nothing can be done here
            warnings.filterwarnings("ignore", r"Glyph \d+ .* missing")
            return draw(*arguments, **options)
    return drawn


@in_any_script
def save_figure(figure, path: Path, dpi: int = 120) -> None:
    """As PNG, or SVG where the file ends so; whole or not at all."""
    image = io.BytesIO()
    kind = "svg" if path.suffix.lower() == ".svg" else "png"
    figure.savefig(image, format=kind, dpi=dpi)
    write_atomically(path, image.getvalue())
