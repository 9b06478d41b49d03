"""What instructions and preferences have in common: tasks in words, with
answers that the model is taught, and its own answers to look at."""
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from ..configs.answer_config import AnswerConfig
from ..configs.finetuning_config import FinetuningConfig
from ..chat.template import ChatTemplate
from ..corpora.prompt_style import PromptStyle
from ..corpora.prompts import prompt_style
from ..corpora.records import Instruction, Preference
from .answering import answer_tasks, sheet
from .example_task import ExampleTask
from .examples import Splits, require_end_of_text

__all__ = ["AnswerTask"]


class AnswerTask(ExampleTask):
    """The base of a Task about answers; it lacks batch and evaluate.

    Parameters
    ----------
    splits : Splits of Example
    settings : AnswerConfig
        How the tasks are put to the model.
    training : FinetuningConfig
    lengths : sequence of int
        Tokens of each training example.
    respond : callable
        That of either package's responding.py.
    style : PromptStyle or ChatTemplate
        Left out, the one that the settings name.
    about
        tokenizer, run_config, data_key, parameters: as for ExampleTask.
    """

    kind = ""

    def __init__(self, splits: Splits, settings: AnswerConfig,
                 training: FinetuningConfig, lengths: Sequence[int], *,
                 respond: Callable,
                 style: PromptStyle | ChatTemplate | None = None, **about):
        super().__init__(lengths, training, **about)
        self.splits, self.settings, self.respond = splits, settings, respond
        self.style = style or prompt_style(settings.template or "alpaca")
        self.end = require_end_of_text(self.tokenizer)

    def describe(self) -> dict[str, Any]:
        """What is needed to ask the model; it goes into the checkpoint."""
        said = {"kind": self.kind, **asdict(self.settings)}
        if isinstance(self.style, ChatTemplate):
            said["chat_template"] = self.style.to_dict()
        return said

    def evaluated(self, split: str) -> int:
        """How many examples of a split an evaluation measures: the first."""
        size = len(getattr(self.splits, split))
        if split == "test":
            return size
        return min(size, self.settings.eval_examples
                   or len(self.splits.validation))

    def sample(self, learner, step: int) -> str:
        """Answers to the first tasks of the validation part."""
        tasks = [example.task for example
                 in self.splits.validation[:self.settings.samples]]
        return sheet(tasks, self.answers(learner.model, tasks))

    def answers(self, model, tasks: Sequence[Instruction | Preference]
                ) -> list[str]:
        return answer_tasks(model, tasks, self.style, self.tokenizer,
                            self.respond, self.settings.max_new_tokens)
