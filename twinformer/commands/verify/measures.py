"""How each figure is measured here; a subject is a Subject."""
import math

import numpy as np

from .figure import Figure, Unavailable

__all__ = ["HELLASWAG", "continuation", "first_logits", "greedy_ids", "hellaswag", "mean_logits",
           "parameter_count", "perplexity", "shakespeare_tokens", "ten_losses", "text_loss",
           "weights_begin"]

HELLASWAG = "hellaswag/hellaswag_val.jsonl"


def parameter_count(subject) -> int:
    return sum(array.size for array in subject.parameters.values())


def weights_begin(subject):
    """The first three numbers of the first three tokens' vectors"""
    return subject.parameters["token_embedding.weight"][:3, :3].tolist()


def continuation(prompt: str, expected: str, source: str) -> Figure:
    """A text that the model continues greedily, as long as expected is."""
    def measure(subject):
        count = len(subject.tokenizer.encode(expected))
        return subject.tokenizer.decode(subject.greedy(subject.tokenizer.encode(prompt), count))
    return Figure(what=f"greedy, after {prompt!r}", source=source, expected=expected,
                  measure=measure)


def greedy_ids(ids: list[int], count: int):
    """The tokens that follow these, greedily"""
    return lambda subject: subject.greedy(ids, count)


def mean_logits(ids: list[int]):
    """The mean over the vocabulary, at each of these tokens"""
    return lambda subject: subject.logits(ids).mean(-1).tolist()


def first_logits(ids: list[int], count: int):
    """At the first of these tokens, of the vocabulary's first"""
    return lambda subject: subject.logits(ids)[0, :count].tolist()


def text_loss(text: str):
    """Mean nats of a text's tokens after the first, special tokens included"""
    def measure(subject):
        ids = np.array([subject.tokenizer.encode(text, allowed_special="all")])
        return subject.mean_loss(ids[:, :-1], ids[:, 1:])
    return measure


def ten_losses(subject) -> list[float]:
    """Ten steps of AdamW on the same 4 x 64 tokens of Tiny Shakespeare."""
    ids = shakespeare_tokens(subject.tokenizer, 257)
    return subject.losses_of_training(ids[:-1].reshape(4, 64), ids[1:].reshape(4, 64), 10)


def shakespeare_tokens(tokenizer, count: int) -> np.ndarray:
    """Its first tokens (count,) in llm.c's way: an end of text before each speech"""
    text = data_file("tinyshakespeare/input.txt", "twinformer data get tinyshakespeare")
    ids: list[int] = []
    for speech in text.split("\n\n"):
        ids += [tokenizer.end_of_text, *tokenizer.encode_ordinary(speech + "\n\n")]
        if len(ids) >= count:
            break
    return np.array(ids[:count])


def perplexity(name: str, hint: str):
    """Of a file, in windows of the context that do not overlap"""
    def measure(subject):
        # as the data set is read by its script: a line is a row, rows are joined by two ends
        rows = data_file(name, hint).split("\n")[:-1]
        text = "\n\n".join(f"{row}\n" if row.strip() else "" for row in rows)
        ids = np.array(subject.tokenizer.encode_ordinary(text))
        T = subject.config.context_length
        nats = count = 0.0
        for start in range(0, len(ids) - 1, T):
            window = ids[None, start:start + T]
            if window.shape[1] > 1:
                targets = window[:, 1:]
                nats += subject.mean_loss(window[:, :-1], targets) * targets.size
                count += targets.size
        return math.exp(nats / count)
    return measure


def hellaswag(subject) -> list[float]:
    """Shares of right answers: by the whole ending, and by its mean token"""
    from ...evaluation.multiple_choice import judge_choices
    from ...evaluation.questions import encode_question, read_hellaswag

    questions = read_hellaswag(data_path(HELLASWAG, "it is the validation part of HellaSwag; "
                                         "its 10,042 questions take hours without a GPU"))
    contexts, choices = zip(*(pair for question in questions
                              for pair in encode_question(subject.tokenizer, question)))
    scores = subject.choice_log_likelihoods(contexts, choices)
    result = judge_choices(questions, scores, np.array([len(choice) for choice in choices]))
    return [result.accuracy, result.per_token]


def data_file(name: str, hint: str) -> str:
    return data_path(name, hint).read_text(encoding="utf-8")


def data_path(name: str, hint: str):
    from ...io.remote_file import data_folder

    path = data_folder() / name
    if not path.is_file():
        raise Unavailable(f"needs {path}; {hint}")
    return path
