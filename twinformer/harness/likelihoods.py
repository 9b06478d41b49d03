"""ln p of texts, as lm-evaluation-harness asks for it.

    loglikelihood            ln p(continuation | context), and is it greedy?
    loglikelihood_rolling    ln p(text), window after window

Texts become tokens as for the harness's own model class of transformers
(HFLM), so that both find the same figures: a beginning of text in front where
the model knows one, a context that is too long loses its beginning.
"""
import logging
from collections.abc import Sequence
from typing import Any

from ..batches.choice_rows import batches_by_length
from ..io.extras import library

__all__ = ["EXTRA", "Likelihoods"]

EXTRA = "lm-eval", "to run the tasks of lm-evaluation-harness"


class Likelihoods:
    """The methods of a harness's ``TemplateLM`` that ask how likely a text is.

    Attributes, which whoever opens the model sets
    ----------
    opened : OpenedRun
        Tokenizer, config, and what the model was taught with.
    package, model
        numpy_impl or torch_impl, and the model, placed.
    batch_size : int
        Texts at once: speed and memory, not the result.
    max_length : int
        Tokens that the model is shown at most.
    add_bos_token : bool
        Whether a beginning of text stands in front, if the model knows one.
    first : int
        The token id that stands in front of a text without a context.
    template : str
        The chat template; "" = what the model was taught with.
    """

    opened: Any
    package: Any
    model: Any
    batch_size: int
    max_length: int
    add_bos_token: bool
    first: int
    template: str
    cache_hook: Any

    @property
    def eot_token_id(self) -> int | None:
        return self.opened.tokenizer.end_of_text

    @property
    def prefix_token_id(self) -> int:
        return self.first

    @property
    def tokenizer_name(self) -> str:
        """Tells apart what the harness keeps of prompts it has made."""
        name = f"twinformer/{self.opened.folder.resolve()}/{self.template}"
        return name.replace("/", "__")

    def tok_encode(self, string: str, add_special_tokens: bool | None = None,
                   **ignored: Any) -> list[int]:
        """Token ids; special tokens in the text count as such."""
        begin = (self.add_bos_token if add_special_tokens is None
                 else add_special_tokens)
        return self.opened.tokenizer.encode(
            string, allowed_special="all", add_beginning=begin)

    def _loglikelihood_tokens(
            self, requests: Sequence, disable_tqdm: bool = False,
            **ignored: Any) -> list[tuple[float, bool]]:
        """(key, context ids, continuation ids), ... -> (ln p, greedy), ...

        The longest first, so that a batch has rows of like length and memory
        runs out at once or never.
        """
        pairs = [self.shortened(*request) for request in requests]
        self.say_shortened(sum(
            len(pair[0]) < len(request[1])
            for pair, request in zip(pairs, requests)), len(pairs))
        answers: list = [None] * len(pairs)
        bar = self.bar(len(pairs), "log-likelihoods", disable_tqdm)
        for rows in batches_by_length([len(a) + len(b) for a, b in pairs],
                                      self.batch_size):
            contexts, choices = zip(*(pairs[row] for row in rows))
            scores = self.package.choice_log_likelihoods(
                self.model, contexts, choices, self.batch_size)
            for row, logp, greedy in zip(rows, *scores):
                answers[row] = float(logp), bool(greedy)
                if requests[row][0] is not None:
                    self.cache_hook.add_partial(
                        "loglikelihood", requests[row][0], answers[row])
            bar.update(len(rows))
        bar.close()
        return answers

    def shortened(self, key, context: list[int], choice: list[int],
                  ) -> tuple[list[int], list[int]]:
        """The last tokens of a context that fit in front of a continuation.

        Raises
        ------
        ValueError
            The continuation is empty, or longer than what the model sees.
        """
        if not 1 <= len(choice) <= self.max_length:
            raise ValueError(
                f"a continuation must have 1 to {self.max_length} tokens, as "
                f"many as the model sees, got {len(choice)}"
                + (f": {key[1]!r:.80}" if key else ""))
        return context[-(self.max_length + 1 - len(choice)):], choice

    def say_shortened(self, number: int, total: int) -> None:
        if number:
            logging.getLogger(__name__).warning(
                "%d of %d contexts are longer than what the model sees, %d "
                "tokens: their beginnings are left out", number, total,
                self.max_length)

    def loglikelihood_rolling(self, requests: Sequence,
                              disable_tqdm: bool = False) -> list[float]:
        """ln p of whole texts; each token is predicted once."""
        harness = library("lm_eval.utils", *EXTRA)
        windows, owners = [], []
        for owner, request in enumerate(requests):
            for window in harness.get_rolling_token_windows(
                    token_list=self.tok_encode(request.args[0]),
                    prefix_token=self.prefix_token_id,
                    max_seq_len=self.max_length, context_len=1):
                windows.append((None, *harness.make_disjoint_window(window)))
                owners.append(owner)
        sums = [0.0] * len(requests)
        found = self._loglikelihood_tokens(windows, disable_tqdm)
        for owner, (logp, _) in zip(owners, found, strict=True):
            sums[owner] += logp
        for request, logp in zip(requests, sums, strict=True):
            self.cache_hook.add_partial("loglikelihood_rolling", request.args,
                                        logp)
        return sums

    def bar(self, total: int, what: str, disable: bool):
        """As the harness's other models show how far they are."""
        return library("tqdm", *EXTRA).tqdm(
            total=total, desc=f"twinformer: {what}", disable=disable)
