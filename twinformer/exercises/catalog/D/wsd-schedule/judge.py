"""Descents of all lengths, some of which would begin in the warm-up."""
from twinformer.training.schedule import learning_rate_at


def case(source):
    warmup, last = source.whole(0, 4), source.whole(5, 12)
    return {"step": source.whole(0, last + 2), "warmup": warmup, "last": last,
            "share": source.choice([0.25, 0.5, 0.75, 1.0])}


def truth(step, warmup, last, share):
    return learning_rate_at(step, warmup_steps=warmup, max_steps=last, learning_rate=1.0,
                            schedule="wsd", decay_share=share)
