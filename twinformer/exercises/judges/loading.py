"""A learner's file as a module, or what keeps it from being one."""
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from ..exercise import Exercise
from ..verdict import Verdict
from ..words import said

__all__ = ["load", "module_of", "uncallable", "where_in"]


def load(path: Path, name: str, language: str) -> ModuleType | Verdict:
    """Run the file, and return the module, or a verdict where that cannot be."""
    if not path.exists():
        return Verdict("error", [said("no file", language, path=path, name=name)])
    if str(path.parent) not in sys.path:    # behind all others: what lies beside it
        sys.path.append(str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
    except SyntaxError as problem:
        return Verdict("error", [said("syntax", language, line=problem.lineno,
                                      message=problem.msg)])
    except NotImplementedError:
        return Verdict("unwritten", [said("unwritten", language, what=path.name)])
    except UnicodeDecodeError as problem:
        return Verdict("error", [said("import", language, where="", kind="UTF-8",
                                      message=problem)])
    except (Exception, SystemExit) as problem:
        where, line = where_in(problem, path)
        return Verdict("error", [said("import", language, where=f"{where}`{line}`: ",
                                      kind=type(problem).__name__, message=problem)])
    return module


def uncallable(exercise: Exercise, module: ModuleType, language: str) -> Verdict | None:
    """The verdict where what is asked for is there, and cannot be called."""
    name = exercise.function or exercise.component.rpartition(".")[2]
    thing = getattr(module, name, None)
    if not name or callable(thing) or not hasattr(module, name):
        return None
    return Verdict("error", [said("not called", language, what=name, got=repr(thing))])


def module_of(name: str, source: str, path: Path) -> ModuleType:
    """A module of that source, which can be imported by its name."""
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec"), vars(module))
    return module


def where_in(problem: BaseException, path: Path) -> tuple[str, str]:
    """-> "file.py:12: ", and that line: the last one of the file that took part."""
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if Path(frame.filename) == path:
            return f"{path.name}:{frame.lineno}: ", frame.line or ""
    return "", ""
