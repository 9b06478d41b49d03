"""Models of transformers, small and random, that both packages can ask; and what transformers
itself makes of them. So whatever differs is the search, and not the model."""
from functools import cache
from types import SimpleNamespace

import torch

from ..models.architectures import CASES, hugging_face_of

VOCABULARY, PAD = 11, 1


@cache
def hugging_face(name):
    """"gpt2" or "llama", with weights large enough to have opinions."""
    import transformers

    if name == "llama":
        return hugging_face_of(CASES["llama"], seed=5)
    torch.manual_seed(5)
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=32, n_embd=16, n_layer=2, n_head=2,
        bos_token_id=None, eos_token_id=None)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    return model


class Reference:
    """It, as a model of numpy_impl."""

    def __init__(self, name):
        self.twin = Twin(name)
        self.config = self.twin.config

    def forward(self, ids):
        with torch.no_grad():
            return self.twin(torch.from_numpy(ids)).numpy(), None


class Twin(torch.nn.Module):
    """It, as a model of torch_impl."""

    def __init__(self, name):
        super().__init__()
        self.hf = hugging_face(name)
        self.config = SimpleNamespace(vocab_size=VOCABULARY, context_length=32)
        self.eval()    # as who generates leaves it

    def forward(self, ids):
        return self.hf(ids, use_cache=False).logits


def generated(name, ids, processors=(), **options):
    """What transformers generates: (ids of each text without the prompt, score of each)"""
    import transformers

    config = transformers.GenerationConfig(
        pad_token_id=PAD, use_cache=False, output_scores=True, return_dict_in_generate=True,
        **options)
    found = hugging_face(name).generate(
        torch.tensor([ids]), generation_config=config,
        attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
        logits_processor=transformers.LogitsProcessorList(processors))
    return found.sequences[:, len(ids):].tolist(), found.sequences_scores.numpy()
