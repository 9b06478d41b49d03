"""The share of texts whose class was found."""


def accuracy(batches):
    """batches: a list of (predictions (n,), labels (n,)) -> the share that is right"""
    right = total = 0.0
    for found, labels in batches:
        share = (found == labels).mean()
        weight = len(labels)
        right += weight * share
        total += weight
    return right / total
