"""How good a model is on a text."""
import math


def measures(nats, sizes):
    """nats: the surprise of each token; sizes: its bytes -> a dictionary of three numbers"""
    # <answer>
    total = sum(nats)
    return {"nats_per_token": total / len(nats),
            "perplexity": math.exp(total / len(nats)),
            "bits_per_byte": total / math.log(2) / sum(sizes)}
    # </answer>
