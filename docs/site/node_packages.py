"""KaTeX and Pagefind, fetched by npm into the build folder; the book can do without them."""
import json
import re
import shutil
import subprocess
from pathlib import Path

from docs.site.places import Place

__all__ = ["node_packages", "stylesheet"]

WANTED = Path(__file__).with_name("package.json")


def node_packages(place: Place) -> Path | None:
    """The node_modules folder with the wanted versions, or None without node or a network.

    What is said to be missing costs beauty alone: formulas become the browser's own MathML, and
    the search is Sphinx's.
    """
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    folder = place.build / "npm"
    modules = folder / "node_modules"
    if not up_to_date(modules):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(WANTED, folder / "package.json")
        npm = [shutil.which("npm") or "npm", "install", "--no-audit", "--no-fund", "--silent",
               "--fetch-retries", "1", "--fetch-timeout", "20000"]
        done = subprocess.run(npm, cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode:
            print(f"npm could not fetch KaTeX and Pagefind, so the book is built without them: "
                  f"{(done.stderr or done.stdout).strip()[-300:]}")
    return modules if up_to_date(modules) else None


def up_to_date(modules: Path) -> bool:
    wanted = json.loads(WANTED.read_text("utf-8"))["dependencies"]
    for name, version in wanted.items():
        manifest = modules / name / "package.json"
        if not manifest.is_file() or (
                json.loads(manifest.read_text("utf-8"))["version"] != version):
            return False
    return True


def stylesheet(modules: Path, target: Path) -> None:
    """Copy KaTeX's looks: the one style sheet, and of its fonts the format all browsers read."""
    style = (modules / "katex/dist/katex.min.css").read_text("utf-8")
    style = re.sub(r",url\([^)]*\.(?:woff|ttf)\) format\([^)]*\)", "", style)
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    (target / "katex.min.css").write_text(style, "utf-8")
    for font in (modules / "katex/dist/fonts").glob("*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)
