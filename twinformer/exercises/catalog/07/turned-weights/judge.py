"""What the layers compute has to stay: x @ theirs = x @ ours.T"""


def case(source):
    D, F = source.size(4), source.size(5)
    return {"weights": {"c_fc.weight": source.numbers((D, F)),
                        "c_proj.weight": source.numbers((D, D))}}


def truth(weights):
    return {"up": weights["c_fc.weight"].swapaxes(0, 1),
            "out": weights["c_proj.weight"].swapaxes(0, 1)}
