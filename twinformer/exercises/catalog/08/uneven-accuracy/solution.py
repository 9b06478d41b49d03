"""The share of texts whose class was found."""


def accuracy(batches):
    """batches: a list of (predictions (n,), labels (n,)) -> the share that is right"""
    right = total = 0
    for found, labels in batches:
        right += (found == labels).sum()
        total += len(labels)
    return right / total
