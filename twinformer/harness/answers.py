"""What lm-evaluation-harness asks of a model, answered by either backend: how
likely a text is (likelihoods.py), and

    generate_until           what the model writes, up to a stop string
"""
from collections.abc import Sequence
from typing import Any

from ..batches.choice_rows import batches_by_length
from .chat import chat_text, style_of
from .likelihoods import EXTRA, Likelihoods
from .writing import wanted_of, write

__all__ = ["EXTRA", "MAX_GEN_TOKS", "Answers"]

MAX_GEN_TOKS = 256      # HFLM's


class Answers(Likelihoods):
    """The methods of a harness's ``TemplateLM`` that are ours to write.

    Attributes, beside those of ``Likelihoods``
    ----------
    max_gen_toks : int
        Tokens of an answer, where a task does not say.
    seed : int
        Of answers that are drawn.
    """

    max_gen_toks: int
    seed: int

    def generate_until(self, requests: Sequence,
                       disable_tqdm: bool = False) -> list[str]:
        """What the model writes behind each context."""
        tokenizer = self.opened.tokenizer
        prompts = [self.tok_encode(request.args[0]) for request in requests]
        groups: dict[Any, list[int]] = {}   # of requests that ask alike
        for row, request in enumerate(requests):
            wanted = wanted_of(request.args[1], self.max_gen_toks,
                               self.max_length)
            groups.setdefault(wanted, []).append(row)
        answers, seed = [""] * len(prompts), self.seed
        bar = self.bar(len(prompts), "answers", disable_tqdm)
        for wanted, rows in groups.items():
            room = self.max_length - wanted.max_new_tokens
            shown = [prompts[row][-room:] or [self.first] for row in rows]
            self.say_shortened(sum(len(prompts[row]) > room for row in rows),
                               len(rows))
            for batch in batches_by_length(list(map(len, shown)),
                                           self.batch_size):
                texts = write(self.package, self.model, tokenizer,
                              [shown[i] for i in batch], wanted, seed)
                seed += 1   # else a task that asks twice were answered alike
                for row, text in zip((rows[i] for i in batch), texts):
                    answers[row] = text
                    self.cache_hook.add_partial(
                        "generate_until", requests[row].args, text)
                bar.update(len(batch))
        bar.close()
        return answers

    def apply_chat_template(self, chat_history: list[dict[str, str]],
                            add_generation_prompt: bool = True) -> str:
        """The conversation as the model was taught to read it."""
        return chat_text(style_of(self.template, self.opened), chat_history,
                         self.opened.tokenizer, add_generation_prompt)

    def chat_template(self, chat_template: bool | str = False) -> str | None:
        """The template, for the record; a name chooses it.

        Raises
        ------
        ValueError
            The model has none, or there is none of that name.
        """
        if not chat_template:
            return None
        if isinstance(chat_template, str):
            self.template = chat_template
        style = style_of(self.template, self.opened)
        return getattr(style, "source", repr(style))

    def get_model_info(self) -> dict[str, Any]:
        """What the harness's results say about the model."""
        config = self.opened.config.model
        return {"model_num_parameters": config.parameter_count(),
                "model_dtype": "float32", "model_sha": "",
                "model_revision": f"step {self.opened.step}",
                "model_kind": config.kind,
                "model_backend": self.package.__name__}
