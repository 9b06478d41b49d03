"""TensorBoard: event files in the run's folder, tensorboard/.

    tensorboard --logdir runs
"""
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...io.atomic_folder import remove_folder
from ...io.extras import library
from .tracker import flat

__all__ = ["TensorBoard", "open_tracker"]


def part(module: str) -> Any:
    return library(f"tensorboard.{module}", "tensorboard",
                   "for --log tensorboard")


class TensorBoard:
    """A ``Tracker``."""

    def __init__(self, run: Path, settings: Mapping[str, Any], key: str,
                 goes_on: bool):
        folder = run / "tensorboard"
        if not goes_on:
            remove_folder(folder)
        self.event = part("compat.proto.event_pb2").Event
        self.summary = part("compat.proto.summary_pb2").Summary
        self.text_pb = part("plugins.text.summary_v2").text_pb
        self.writer = part("summary.writer.event_file_writer"
                           ).EventFileWriter(str(folder))
        if not goes_on:
            hparams = part("plugins.hparams.summary_v2").hparams_pb
            self.write(0, hparams(flat(settings), key))

    def write(self, step: int, summary) -> None:
        self.writer.add_event(self.event(
            step=step, wall_time=time.time(), summary=summary))

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        self.write(step, self.summary(value=[
            self.summary.Value(tag=name, simple_value=value)
            for name, value in values.items()]))

    def text(self, step: int, name: str, text: str) -> None:
        # it is read as Markdown: four spaces leave a text as it is
        self.write(step, self.text_pb(name, textwrap.indent(
            text, "    ", lambda line: True)))

    def flush(self) -> None:
        self.writer.flush()

    def close(self, failed: bool) -> None:
        self.writer.close()


open_tracker = TensorBoard
