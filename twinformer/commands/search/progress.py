"""What a search says while a trial trains, and where it gives one up."""
from collections.abc import Callable, Mapping

from ...training.progress import LiveProgress

__all__ = ["GivenUp", "TrialProgress"]


class GivenUp(Exception):
    """A trial is not worth its time, in the words of its message."""


class TrialProgress(LiveProgress):
    """The bar of a trial; keeps what was measured, and asks whether to go on.

    Parameters
    ----------
    metric : str
        What decides.
    chosen_by : str
        The measure by which the run keeps its best model, "" = it keeps the last.
    goes_on : callable
        (number of the evaluation, value) -> whether the trial is worth it.
    said : set of str
        The notes of earlier trials, which are not said again.
    """

    def __init__(self, metric: str, chosen_by: str, goes_on: Callable[[int, float], bool],
                 said: set[str]):
        super().__init__()
        self.metric, self.chosen_by, self.goes_on = metric, chosen_by, goes_on
        self.said = said
        self.measures: list[Mapping[str, float]] = []

    def note(self, text):
        key = text.split(", in ")[0]
        if key not in self.said:
            self.said.add(key)
            self.print(f"  {text}")

    def saved(self, path):
        pass

    def evaluated(self, step, metrics):
        if self.console.is_terminal:
            self.print(f"  step {step:5d}   {metrics}")

    def measured(self, step, metrics):
        """
        Raises
        ------
        ValueError
            There is no such measure.
        GivenUp
            The trial is not worth its time.
        """
        if self.metric not in metrics:
            raise ValueError(f"--metric {self.metric}: this command measures "
                             f"{', '.join(metrics)}")
        self.measures.append(metrics)
        number = len(self.measures) - 1
        if number and not self.goes_on(number, metrics[self.metric]):
            raise GivenUp(f"given up at evaluation {number}, with {metrics[self.metric]:.4g}")

    def result(self) -> float:
        """What decides, of the model that the run keeps."""
        if not self.chosen_by:
            return self.measures[-1][self.metric]
        kept = min(self.measures, key=lambda each: each[self.chosen_by])
        return kept[self.metric]
