"""``twinformer`` as a model of lm-evaluation-harness: to import this registers
it. ``twinformer lm-eval`` is the harness's own command line behind it.

    import lm_eval, twinformer.lm_eval
    lm_eval.simple_evaluate(model="twinformer", tasks=[...],
                            model_args={"path": "runs/run-1"})
"""
from inspect import signature
from typing import Any

from .backend import BACKENDS, implementation
from .commands.generate import build_model
from .commands.opening import open_model
from .configs.checks import require
from .generation.options import check_whole
from .harness.answers import EXTRA, MAX_GEN_TOKS, Answers
from .io.extras import library

__all__ = ["TwinformerLM"]

LOGITS = 2**27      # numbers at once, half a GiB of them, where nobody says
MOST = 64           # texts at once, then


class TwinformerLM(
        Answers,
        library("lm_eval.api.model", *EXTRA).TemplateLM):  # type: ignore[misc]
    """A run, published weights or a folder, as a model of the harness.

    Parameters
    ----------
    path : str
        A run or a checkpoint in it; gpt2, qwen3-0.6b or another published
        size; a folder with weights. ``pretrained`` is the same.
    backend : str
        "torch" or "numpy": who computes.
    batch_size : int or "auto"
        Texts at once; auto: as many as need half a gigabyte, at most 64.
    max_batch_size : int, optional
        The most that auto takes.
    device : str
        auto, cpu, cuda or mps, of torch.
    max_length, max_gen_toks : int, optional
        Tokens that the model is shown, if fewer than it can see; tokens of an
        answer, where a task does not say (256, or half of what it sees).
    add_bos_token, prefix_token_id, template, seed
        As for ``Answers``.

    Raises
    ------
    FileNotFoundError, ConnectionError, ValueError
        As ``open_model``; where a setting is bad.
    """

    def __init__(self, path: str = "", *, pretrained: str = "",
                 backend: str = "torch", batch_size: int | str = 1,
                 max_batch_size: int | None = None,
                 device: str | None = None, max_length: int | None = None,
                 max_gen_toks: int | None = None, add_bos_token: bool = True,
                 prefix_token_id: int | None = None, template: str = "",
                 seed: int = 1234):
        super().__init__()
        require(bool(path) != bool(pretrained), "say which model: "
                "--model_args path=runs/run-1, a published size such as "
                "path=gpt2, or a folder with weights")
        require(backend in BACKENDS, "backend must be torch or numpy, got "
                f"{backend!r}")
        self.opened = open_model(str(path or pretrained), backend)
        config, tokenizer = self.opened.config.model, self.opened.tokenizer
        T = config.context_length
        self.max_length = check_whole("max_length", max_length or T, 2,
                                      "leave it out for all that it sees")
        require(self.max_length <= T, f"the model sees {T} tokens at most, so "
                f"max_length cannot be {max_length}")
        self.max_gen_toks = max_gen_toks or min(MAX_GEN_TOKS,
                                                self.max_length // 2)
        self.batch_size = texts_at_once(
            batch_size, max_batch_size, self.max_length * config.vocab_size)
        self.first = (tokenizer.first_token if prefix_token_id is None
                      else prefix_token_id)
        require(self.first is not None, f"the tokenizer of {self.opened.folder} "
                "has no token that a text begins with; give one: "
                "prefix_token_id=0 in --model_args, say")
        self.add_bos_token, self.template = add_bos_token, template
        self.seed = seed
        self.model, _ = build_model(self.opened, backend, device_named(device))
        self.package = implementation(backend)

    @classmethod
    def create_from_arg_obj(cls, arg_dict: dict[str, Any],
                            additional_config: dict[str, Any] | None = None):
        """What --model_args says goes before --batch_size and --device."""
        given = {name: value for name, value in (additional_config or {}
                                                 ).items() if value is not None}
        if str(given.get("device")).startswith("cuda"):
            given["device"] = "auto"    # cuda:0 is what it says unasked
        known = signature(cls).parameters
        for name in arg_dict:
            require(name in known, f"there is no {name} in --model_args of "
                    f"twinformer; there are {', '.join(known)}")
        return cls(**given | arg_dict)

    @classmethod
    def create_from_arg_string(cls, arg_string: str,
                               additional_config: dict | None = None):
        parse = library("lm_eval.utils", *EXTRA).simple_parse_args_string
        return cls.create_from_arg_obj(parse(arg_string), additional_config)


def texts_at_once(given: int | str, most: int | None, logits: int) -> int:
    """--batch_size as a number; "auto" looks at the logits of one text."""
    if str(given).partition(":")[0] == "auto":
        return max(1, min(most or MOST, LOGITS // logits))
    try:
        return check_whole("batch_size", int(given), 1, "16 suits most")
    except (TypeError, ValueError):
        raise ValueError("batch_size must be auto or a whole number from 1, "
                         f"got {given!r}") from None


def device_named(name: str | None) -> str:
    """The harness says cuda:0, or nothing."""
    name = (name or "auto").partition(":")[0]
    require(name in ("auto", "cpu", "cuda", "mps"), "device must be auto, "
            f"cpu, cuda or mps, got {name!r}")
    return name


library("lm_eval.models", *EXTRA)    # registers those of the harness itself
library("lm_eval.api.registry", *EXTRA).register_model("twinformer")(
    TwinformerLM)
