"""Formulas become HTML while the book is built: a page that shows them runs no script.

With node by KaTeX, all new formulas in one process; without it by latex2mathml, as MathML, which
browsers draw themselves. What was rendered once is kept beside the build.
"""
import html
import json
import subprocess
from pathlib import Path

__all__ = ["Formulas"]

SCRIPT = Path(__file__).with_name("render_math.js")


class Formulas:
    """The rendered formulas of an edition.

    Parameters
    ----------
    kept : Path
        A JSON file of what was rendered before; written by `save`.
    modules : Path or None
        A node_modules folder with KaTeX; None renders MathML.
    """

    def __init__(self, kept: Path, modules: Path | None):
        self.kept, self.modules = kept, modules
        self.known: dict[str, str] = {}
        self.waiting: dict[str, tuple[str, bool]] = {}
        if kept.is_file():
            self.known = json.loads(kept.read_text("utf-8"))

    def key(self, tex: str, display: bool) -> str:
        kind = "katex" if self.modules else "mathml"
        return f"{kind}{' display' * display}: {tex}"

    def expect(self, tex: str, display: bool) -> None:
        """Say that a formula will be asked for, so that many are rendered at once."""
        if (key := self.key(tex, display)) not in self.known:
            self.waiting[key] = (tex, display)

    def html(self, tex: str, display: bool) -> str:
        """The formula as HTML.

        Raises
        ------
        ValueError
            If it is no TeX that the renderer understands.
        """
        self.expect(tex, display)
        if self.waiting:
            self.render()
        found = self.known[self.key(tex, display)]
        if found.startswith("error: "):
            raise ValueError(f"expected a formula, got {tex!r}: {found.removeprefix('error: ')}")
        return found

    def render(self) -> None:
        keys, formulas = list(self.waiting), list(self.waiting.values())
        answers = by_katex(formulas, self.modules) if self.modules else by_python(formulas)
        self.known.update(zip(keys, answers))
        self.waiting.clear()

    def save(self) -> None:
        good = {key: value for key, value in self.known.items() if not value.startswith("error")}
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        self.kept.write_text(json.dumps(good, ensure_ascii=False, indent=0), "utf-8")


def by_katex(formulas: list[tuple[str, bool]], modules: Path) -> list[str]:
    command = ["node", str(SCRIPT), str(modules / "katex")]
    done = subprocess.run(command, input=json.dumps(formulas), capture_output=True,
                          encoding="utf-8", timeout=120)
    if done.returncode:
        raise RuntimeError(f"node could not run {SCRIPT.name}: {done.stderr.strip()[-500:]}")
    return [answer.get("html") or f"error: {answer['error']}"
            for answer in json.loads(done.stdout)]


def by_python(formulas: list[tuple[str, bool]]) -> list[str]:
    from latex2mathml.converter import convert

    def one(tex: str, display: bool) -> str:
        try:
            return convert(tex, display="block" if display else "inline")
        except Exception as error:  # its exceptions have no common class
            return f"error: {type(error).__name__} {html.escape(str(error))}"
    return [one(tex, display) for tex, display in formulas]
