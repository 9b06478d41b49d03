"""Tools that prove somebody's own port: find it, run it, judge it, say where and
why it is off, and begin a new one.
"""
from .checks import check_port, parametrize_with_checks
from .explaining import Explanation, explained
from .importing import import_port, place_of_port
from .report import as_json, headings, line, said_about, summary
from .running import PortError, run_port
from .starting import write_port
from .trying import Finding, Row, Side, sides_of, tried
from .watching import watch

__all__ = ["Explanation", "Finding", "PortError", "Row", "Side", "as_json",
           "check_port", "explained", "headings", "import_port", "line",
           "parametrize_with_checks", "place_of_port", "run_port", "said_about",
           "sides_of", "summary", "tried", "watch", "write_port"]
