"""What is known of GPT-2's published weights: figures that others have printed.

Each says where it was printed, what was expected there, and how it is
measured here, with either backend.
"""
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Figure", "Unavailable", "PUBLISHED", "continuation", "differs", "parameter_count",
           "hellaswag", "perplexity", "text_loss", "ten_losses", "weights_begin"]


class Unavailable(Exception):
    """Data that a figure needs are not on this machine; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing that was printed about a model.

    Attributes
    ----------
    what, source
        For people.
    expected
        A text, a number or a list of numbers.
    measure
        Subject -> the same thing, as it is here; raises Unavailable.
    tolerance
        How far a number may be off: as far as the source says, or as the
        digits it prints.
    """

    what: str
    source: str
    expected: Any
    measure: Callable[[Any], Any]
    tolerance: float = 0.0


def differs(figure: Figure, got) -> bool:
    """Whether what was measured is not what was expected."""
    if isinstance(figure.expected, str):
        return got != figure.expected
    expected, got = np.asarray(figure.expected), np.asarray(got)
    return expected.shape != got.shape or not (abs(got - expected) <= figure.tolerance).all()


# How things are measured; a subject is what verify.py makes of a model.


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
    from ..evaluation.multiple_choice import judge_choices
    from ..evaluation.questions import encode_question, read_hellaswag

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
    from ..io.remote_file import data_folder

    path = data_folder() / name
    if not path.is_file():
        raise Unavailable(f"needs {path}; {hint}")
    return path


LLM_C = "llm.c, test_gpt2.c"
TRANSFORMERS = "transformers, tests of GPT-2"
WIKITEXT = "wikitext-2-raw/wiki.test.raw"
HELLASWAG = "hellaswag/hellaswag_val.jsonl"


def hellaswag_figure(*expected: float) -> Figure:
    """Off by a score of questions: there TF32 was used, and near ties turn."""
    return Figure(what="HellaSwag, accuracy and accuracy per token", source="llm.c, hellaswag.py",
                  expected=list(expected), tolerance=2e-3, measure=hellaswag)


PUBLISHED = {
    "gpt2": (
        Figure(what="parameters", source="llm.c", expected=124_439_808, measure=parameter_count),
        Figure(what="the embedding's first numbers", source="Raschka, chapter 5",
               expected=[[-.11010301, -.03926672, .03310751], [.04034033, -.04861503, .04624869],
                         [-.12746179, .04793796, .18410145]],
               measure=weights_begin, tolerance=1e-8),
        continuation("Every effort moves you", " forward.\n\nThe first step is to understand the "
                     "importance of your work", "Raschka, chapter 6"),
        continuation("Alan Turing theorized that computers would one day become",
                     " the most powerful machines on the planet.\n\nThe computer is a machine "
                     "that can perform complex calculations, and it can perform these "
                     "calculations in a way that is very similar to the human brain.",
                     "picoGPT, README"),
        continuation("The dog", " was found in a field near the intersection of West and West "
                     "Streets.\n\nThe dog", TRANSFORMERS),
        continuation("Hello, my dog is a little", " bit of a mess. I'm not sure if he's going",
                     TRANSFORMERS),
        continuation("Today, I", "'m going to be doing a lot of research on this. I",
                     TRANSFORMERS),
        continuation("Hello this is a very long sentence", ". I'm sorry. I'm sorry. I'm sorry. "
                     "I'm sorry. I'm sorry", TRANSFORMERS),
        Figure(what="loss of 'Hello world!' after an end of text", source="TransformerLens",
               expected=5.331855773925781, measure=text_loss("<|endoftext|>Hello world!"),
               tolerance=4e-5),
        Figure(what="ten losses of training on Tiny Shakespeare", source=LLM_C,
               expected=[5.270007133, 4.059706688, 3.375123024, 2.800782681, 2.315382242,
                         1.849028587, 1.394656420, .999146521, .624080420, .376510978],
               measure=ten_losses, tolerance=1e-2),
        Figure(what="perplexity on WikiText-2", source="transformers, perplexity of GPT-2",
               expected=29.94, tolerance=0.05,
               measure=perplexity(WIKITEXT, "it is the raw test part of WikiText-2")),
        hellaswag_figure(0.2859, 0.2955),
    ),
    "gpt2-medium": (
        Figure(what="parameters", source="OpenAI, size of its file", expected=354_823_168,
               measure=parameter_count),),
    "gpt2-large": (
        Figure(what="parameters", source="shape of its config", expected=774_030_080,
               measure=parameter_count),),
    "gpt2-xl": (
        Figure(what="parameters", source="shape of its config", expected=1_557_611_200,
               measure=parameter_count),
        hellaswag_figure(0.3842, 0.4893)),
}
