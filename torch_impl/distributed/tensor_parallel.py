"""Tensor parallelism: ranks share the matrices of each layer. Of two that
follow each other the first is cut by its outputs, the second by its inputs, so
that what lies between them, the heads of attention or the hidden features of a
feed-forward, stays where it is, and ranks meet once a pair.

    y = sum over ranks r of   f(x A_r^T) B_r^T

Shoeybi et al. 2019 (arXiv:1909.08053), section 3. For decoders like Llama and
Qwen3; by torch's DTensor.

Shapes: ... = any leading axes, D model width, F features, V vocabulary.
"""
from torch.distributed.tensor import (
    DTensor, Replicate, Shard, distribute_module, distribute_tensor,
)
from torch.nn import Parameter

from ..layers.decoder_block import DecoderBlock
from ..layers.gated_feed_forward import GatedFeedForward
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.linear import Linear

__all__ = ["split_matrices"]


def split_matrices(model, mesh) -> None:
    """Leave this rank its part of every large matrix of a decoder.

    Parameters
    ----------
    mesh : DeviceMesh
        Of one axis: the ranks that share.

    Raises
    ------
    ValueError
        If the model is no such decoder, or its heads, its features or its
        vocabulary cannot be divided by so many ranks.
    """
    n = mesh.size()
    check_divides(model, n)
    for block in model.blocks:
        attention, feed_forward = block.attention, block.feed_forward
        for first in (attention.q, attention.k, attention.v,
                      feed_forward.gate, feed_forward.up):
            by_outputs(first, mesh)
        for second in (attention.out, feed_forward.down):
            by_inputs(second, mesh)
        for norm in (attention.q_norm, attention.k_norm):
            if norm is not None:
                of_own_heads(norm, mesh)
        attention.n_heads //= n
        attention.n_kv_heads //= n
    tied = model.head.weight is model.token_embedding.weight
    by_tokens(model.token_embedding, mesh)
    by_outputs(model.head, mesh, gathered=True)
    if tied:
        model.head.weight = model.token_embedding.weight


def check_divides(model, n: int) -> None:
    blocks = getattr(model, "blocks", ())
    known = blocks and all(
        isinstance(block, DecoderBlock)
        and isinstance(block.attention, GroupedQueryAttention)
        and isinstance(block.feed_forward, GatedFeedForward)
        and block.attention.sinks is None
        for block in blocks)
    plain = known and all(
        type(layer) is Linear and layer.bias is None
        for block in blocks for layer in block.modules()
        if isinstance(layer, Linear))
    if (not plain or type(model.head) is not Linear
            or "forward" in vars(model.head)):
        raise ValueError(
            "device.tensor_parallel is for decoders like Llama and Qwen3, of "
            f"plain Linears without offsets; {type(model).__name__} is none, "
            "or has LoRA or a padded head; leave it out")
    c = model.config
    for name in ("n_heads", "n_kv_heads", "d_hidden", "vocab_size"):
        if getattr(c, name) % n:
            raise ValueError(
                f"device.tensor_parallel is {n}, which does not divide "
                f"model.{name}, {getattr(c, name)}")
    for block in blocks:
        for norm in (block.attention.q_norm, block.attention.k_norm):
            if norm is not None and norm.dim != c.head_dim:
                raise ValueError(
                    "device.tensor_parallel cannot divide norms of all heads "
                    f"at once, as {type(model).__name__} has them")


def placed(module, mesh, place) -> None:
    """Every parameter of a layer, cut or copied as `place` says."""
    for name, parameter in module.named_parameters(recurse=False):
        divided = distribute_tensor(parameter.data, mesh, [place])
        setattr(module, name, Parameter(
            divided, requires_grad=parameter.requires_grad))


def by_outputs(linear, mesh, gathered: bool = False) -> None:
    """x (..., D), all of it -> y (..., F / n), or with `gathered` (..., F)"""
    def out(module, y, mesh):
        return y.full_tensor() if gathered else y.to_local()
    distribute_module(
        linear, mesh, lambda name, module, mesh: placed(
            module, mesh, Shard(0)), entering(Replicate()), out)


def by_inputs(linear, mesh) -> None:
    """x (..., F / n) -> y (..., D), the sum over the ranks"""
    distribute_module(
        linear, mesh, lambda name, module, mesh: placed(
            module, mesh, Shard(1)), entering(Shard(-1)),
        lambda module, y, mesh: y.full_tensor())


def by_tokens(embedding, mesh) -> None:
    """ids (...) -> y (..., D); a rank has the vectors of V / n tokens"""
    distribute_module(
        embedding, mesh, lambda name, module, mesh: placed(
            module, mesh, Shard(0)), entering(Replicate()),
        lambda module, y, mesh: y.full_tensor())


def of_own_heads(norm, mesh) -> None:
    """x (B, T, H / n, K): its scale is the same for all heads, so that its
    gradient is a sum over the ranks"""
    distribute_module(
        norm, mesh, lambda name, module, mesh: placed(
            module, mesh, Replicate()), entering(Shard(2)),
        lambda module, y, mesh: y.to_local())
    for parameter in norm.parameters():
        parameter.register_hook(
            lambda gradient: gradient.redistribute(placements=[Replicate()]))


def entering(place):
    """The input of a layer as a DTensor; its context is for LoRA alone."""
    def enter(module, inputs, mesh):
        return DTensor.from_local(inputs[0], mesh, [place], run_check=False)
    return enter
