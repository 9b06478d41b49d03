"""What goes wrong in the user's own code, said in one line with the place of it."""
from pathlib import Path

__all__ = ["raised"]

OURS = Path(__file__).parents[1]


def raised(problem: Exception) -> str:
    """ "TypeError at my_port.py:12: ...": the last line of the working folder that it came by."""
    trace, where = problem.__traceback__, ""
    while trace:
        file = Path(trace.tb_frame.f_code.co_filename)
        if is_users(file):
            where = f" at {file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    first = str(problem).strip().split("\n")[0]
    return f"{type(problem).__name__}{where}: {first}"


def is_users(file: Path) -> bool:
    return (file.is_relative_to(Path.cwd()) and "site-packages" not in file.parts
            and not file.is_relative_to(OURS))
