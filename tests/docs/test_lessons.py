"""Chapter 2 in integers: what the data loader yields, and what an embedding is."""
import numpy as np
import torch

import numpy_impl.layers.embedding as ours
import numpy_impl.layers.linear as our_linear
import torch_impl.layers.embedding as theirs
from numpy_impl import SlidingWindows, create_loader
from twinformer.batches.batches import Batches


def test_the_data_loader_explained_with_integers():
    """Let the text be 0, 1, 2, ...: then every token says where it stands."""
    tokens = np.arange(50)

    # Windows of four; the next begins where the last one ended. The target
    # of each token is the token after it, here the next integer.
    windows = SlidingWindows(tokens, max_length=4)
    inputs, targets = windows[2]
    assert inputs.tolist() == [8, 9, 10, 11] and targets.tolist() == [9, 10, 11, 12]
    assert [inputs.tolist() for inputs, _ in windows][:3] == [
        [0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]

    # A smaller stride makes windows overlap: more examples, less new in each.
    overlapping = SlidingWindows(tokens, max_length=4, stride=1)
    assert [inputs.tolist() for inputs, _ in overlapping][:3] == [
        [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]

    # A batch is some windows together, here in the order of the text.
    in_order = create_loader(Batches(tokens, batch_size=2, max_length=4, order="sequential"))
    first, second = next(in_order), next(in_order)
    assert first[0].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert second[0].tolist() == [[8, 9, 10, 11], [12, 13, 14, 15]]

    # Training wants them shuffled: each window once, in another order. 48
    # inputs fit; the 50th token is a target only, and one is left over.
    shuffled = create_loader(Batches(tokens, batch_size=2, max_length=4), forever=False)
    seen = np.concatenate([inputs for inputs, _, _ in shuffled])
    assert seen.shape == (12, 4) and seen[:, 0].tolist() != list(range(0, 48, 4))
    assert sorted(seen.ravel().tolist()) == list(range(48))


def test_an_embedding_is_a_linear_layer_of_one_hot_vectors():
    """Row 2 of a table, or (0, 0, 1, 0) times the table: the same numbers, and
    the same gradients, but nothing is multiplied by all the zeros."""
    generator = np.random.default_rng(0)
    ids = np.array([2, 3, 1, 2])                                # (N,), one id twice
    table = generator.standard_normal((4, 5), np.float32)       # (V, D)
    dy = generator.standard_normal((4, 5), np.float32)          # (N, D)
    one_hot = np.eye(4, dtype=np.float32)[ids]                  # (N, V)
    assert one_hot.tolist() == [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]

    embedding = ours.Embedding(4, 5)
    embedding.weight[...] = table
    y, cache = embedding.forward(ids)
    embedding.backward(dy, cache)

    linear = our_linear.Linear(4, 5, bias=False)        # weights (out, in)
    linear.weight[...] = table.T
    y_linear, cache = linear.forward(one_hot)
    linear.backward(dy, cache)

    np.testing.assert_array_equal(y, y_linear)
    np.testing.assert_allclose(embedding.grads["weight"], linear.grads["weight"].T, rtol=1e-6)

    twin = theirs.Embedding(4, 5)
    twin.weight.data = torch.tensor(table)
    np.testing.assert_array_equal(twin(torch.tensor(ids)).detach(), y)
