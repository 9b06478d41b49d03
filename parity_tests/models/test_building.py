"""A model of any kind from its config, and from arrays that are there already."""
import subprocess
import sys

import numpy as np
import pytest

import numpy_impl as ours
import torch_impl as theirs
from twinformer.architectures.kinds import KINDS, small_model
from twinformer.models.initialisation import initial_parameters

BOTH = pytest.mark.parametrize("package", [ours, theirs], ids=["numpy", "torch"])


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_says_which_class_it_is(package, kind):
    config = small_model(kind)
    model = package.new_model(config)
    assert type(model) is package.model_class(config)
    assert type(model).__name__ == KINDS[kind].model and model.config is config


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_model_begins_as_its_seed_says(package, kind):
    """Bit for bit; without a seed at 0, but for the scales of norms."""
    config = small_model(kind)
    found = package.get_parameters(package.new_model(config, seed=3))
    expected = initial_parameters(config, 3)
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, name)
    empty = package.get_parameters(package.new_model(config, seed=None))
    assert not any(array.any() for array in empty.values() if array.ndim == 2)


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_of_arrays_is_these_arrays(package, kind):
    """They are not copied, and both give the same logits."""
    config = small_model(kind)
    model = package.new_model(config, seed=1)
    parameters = package.get_parameters(model)
    again = package.model_of(config, parameters)
    for name, array in package.get_parameters(again).items():
        assert np.shares_memory(array, parameters[name]), name
    ids = np.arange(5)[None]
    assert list(package.generate(again, ids, 3, temperature=0.0)) == list(
        package.generate(model, ids, 3, temperature=0.0))


@BOTH
def test_arrays_that_cannot_be_written_to_are_copied(package):
    config = small_model("llama")
    parameters = initial_parameters(config, 0)
    for array in parameters.values():
        array.flags.writeable = False
    found = package.get_parameters(package.model_of(config, parameters))
    assert not np.shares_memory(found["head.weight" if "head.weight" in found
                                      else "token_embedding.weight"],
                                parameters["token_embedding.weight"])
    for array in found.values():
        array[...] = 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of its memory")
@pytest.mark.parametrize("package", ["numpy_impl", "torch_impl"])
@pytest.mark.parametrize("kind", ["gpt2", "llama", "qwen3_moe"])
def test_weights_are_not_allocated_twice(package, kind):
    """Of 256 MiB of weights, the process that builds the model needs no tenth more."""
    code = f"""
import resource
from dataclasses import replace
import numpy as np
import {package} as package
from twinformer.architectures.kinds import small_model
config = replace(small_model({kind!r}), vocab_size=2**18, d_model=160)
parameters = {{name: np.ones(shape, np.float32)
              for name, shape in config.parameter_shapes().items()}}
package.model_of(small_model({kind!r}), package.get_parameters(
    package.new_model(small_model({kind!r}))))       # what is imported is there
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
model = package.model_of(config, parameters)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before,
      sum(array.nbytes for array in parameters.values()) // 1024)
"""
    grown, size = map(int, subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())
    assert grown < size / 10
