"""What one rank knows and all must hear, said without pickles."""
import torch
import torch.distributed as dist

__all__ = ["first_message"]

LENGTH = 1000   # bytes of a message


def first_message(text: str, group=None) -> str:
    """The text of the lowest rank that has one to say; "" where none has.

    All ranks of the group call it and hear the same.
    """
    if not dist.is_initialized():
        return text
    device = "cpu" if dist.get_backend(group) == "gloo" else "cuda"
    said = torch.zeros(LENGTH, dtype=torch.uint8)
    raw = text.encode()[:LENGTH]
    said[:len(raw)] = torch.tensor(list(raw), dtype=torch.uint8)
    said = said.to(device)
    heard = [torch.empty_like(said)
             for _ in range(dist.get_world_size(group))]
    dist.all_gather(heard, said, group=group)
    texts = [bytes(each.tolist()).rstrip(b"\0").decode(errors="ignore")
             for each in heard]
    return next(filter(None, texts), "")
