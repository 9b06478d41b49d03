"""One turn, or several; questions and answers of a few tokens."""
from twinformer.batches.collate import collate_instructions


def case(source):
    answers, length = [], 0
    for _ in range(source.size(3)):
        start = length + source.size(3)
        length = start + source.size(3)
        answers.append((start, length))
    return {"text": (1 + source.ids((length,), 9)).tolist(), "answers": answers, "end": 0}


def truth(text, answers, end):
    *earlier, last = answers
    return collate_instructions([text], end, prompt_lengths=[last[0]], earlier=[earlier])[1][0]
