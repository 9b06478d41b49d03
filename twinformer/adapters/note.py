"""README.md of an adapter: what `peft` leaves out of a classifier."""
import numpy as np

__all__ = ["NOTE_FILE", "note_on_bias"]

NOTE_FILE = "README.md"


def note_on_bias(bias: np.ndarray, base: str) -> str:
    """The text for a head with this offset, (classes,)."""
    values = ", ".join(map(str, bias))
    return f"""# LoRA for a classifier of {len(bias)} classes

This classifier adds an offset to the score of each class. The head of
transformers' models for classification has none, so that peft leaves out
`score.bias` of adapter_model.safetensors. **Add it to the logits; without it
they are not those of this classifier:**

    model = AutoModelForSequenceClassification.from_pretrained(
        {base or "the base"!r}, num_labels={len(bias)})
    model = PeftModel.from_pretrained(model, "this folder")
    logits = model(ids).logits + torch.tensor([{values}])

twinformer's load_adapter adds it itself.
"""
