"""The running Python's own source code: real text on every machine."""
import sysconfig
from pathlib import Path

__all__ = ["STANDARD_LIBRARY", "standard_library_files", "visible_files"]

STANDARD_LIBRARY = "standard-library"

# Folders of the standard library that hold no programs to learn from:
# installed packages, tests, and tables of characters and help texts.
LEFT_OUT = {"site-packages", "dist-packages", "__pycache__", "test", "tests",
            "idle_test", "encodings", "pydoc_data"}


def standard_library_files() -> list[tuple[str, Path]]:
    """(name, file) of its modules, the same names on every system.

    Modules generated for one machine are left out.
    """
    root = Path(sysconfig.get_path("stdlib"))
    files = []
    for file in visible_files(root, "*.py"):
        name = file.relative_to(root)
        if not (LEFT_OUT & set(name.parts)
                or name.name.startswith("_sysconfig")):
            files.append((name.as_posix(), file))
    return files


def visible_files(folder: Path, pattern: str = "*") -> list[Path]:
    """Files below folder, sorted alike on every system."""
    files = [(file.relative_to(folder).parts, file)
             for file in folder.rglob(pattern)]
    return [file for parts, file in sorted(files)
            if not any(part.startswith(".") for part in parts)
            and "__pycache__" not in parts and file.is_file()]
