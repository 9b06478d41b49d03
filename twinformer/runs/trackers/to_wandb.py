"""Weights & Biases: in the run's folder, wandb/, unless WANDB_MODE says more.

    wandb sync runs/run-1/wandb/offline-run-*
"""
import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...io.extras import library

__all__ = ["WandB", "open_tracker"]


class WandB:
    """A ``Tracker``."""

    def __init__(self, run: Path, settings: Mapping[str, Any], key: str,
                 goes_on: bool):
        self.wandb = library("wandb", "wandb", "for --log wandb")
        mode = os.environ.get("WANDB_MODE", "offline")
        # only a server knows what a run of this id has done
        resume = "allow" if goes_on and mode == "online" else None
        self.run = self.wandb.init(
            project=os.environ.get("WANDB_PROJECT", "twinformer"), id=key,
            name=run.name, dir=str(run), config=dict(settings), mode=mode,
            resume=resume, settings=self.wandb.Settings(
                console="off", quiet=True))

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        self.run.log(dict(values), step=step)

    def text(self, step: int, name: str, text: str) -> None:
        self.run.log({name: self.wandb.Html(
            f"<pre>{html.escape(text)}</pre>", inject=False)}, step=step)

    def flush(self) -> None:
        """It writes by itself, in a process of its own."""

    def close(self, failed: bool) -> None:
        self.run.finish(exit_code=int(failed))


open_tracker = WandB
