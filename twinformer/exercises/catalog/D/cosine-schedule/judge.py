"""Steps before, in and behind the descent."""
from twinformer.training.schedule import learning_rate_at


def case(source):
    warmup, last = source.whole(0, 4), source.whole(5, 12)
    return {"step": source.whole(0, last + 2), "warmup": warmup, "last": last,
            "peak": 1.0, "least": source.choice([0.0, 0.125])}


def truth(step, warmup, last, peak, least):
    return learning_rate_at(step, warmup_steps=warmup, max_steps=last, learning_rate=peak,
                            min_learning_rate=least)
