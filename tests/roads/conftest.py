"""Fixtures that the tests of commands share."""
from ..tiny_base import no_plots, plots
from ..tiny_run import one_thread

__all__ = ["no_plots", "one_thread", "plots"]
