"""What is learned from which texts, and how the model reads them."""
from dataclasses import dataclass
from typing import Literal

__all__ = ["ClassificationConfig"]


@dataclass(frozen=True, kw_only=True)
class ClassificationConfig:
    """Everything about a classifier but its base model and its optimizer.

    Attributes
    ----------
    text_column
        Name of the column with the texts, or its number from 1 ("" = found).
    label_column
        Name of the column with the labels, or its number.
    header
        Whether the first line names the columns; left out, that is found
        out.
    quoted
        Whether quotation marks hold a cell together; left out, not between
        tabs. The book reads the SMS messages with true.
    encoding
        Of the files.
    validation_file
        Texts to choose by ("" = a share of the others).
    test_file
        Texts to be judged by ("" = a share of the others).
    validation
        Share of the texts to choose the best model by.
    test
        Share of the texts to be judged by.
    split
        "stratified" gives each part the same share of every class;
        "shuffled" is the book's.
    split_seed
        Another seed, other parts. 123 is the book's.
    balance
        "undersample" drops texts until all classes are as rare as the
        rarest, as the book does; "weights" lets rare classes weigh more.
    train
        Which layers learn; "lora" puts low-rank corrections beside all.
    token
        Whose position is read: the first, the last (maybe of padding), the
        text's own last, or the mean of all of the text's.
    causal
        Whether a token sees only what stands before it.
    hide_padding
        Whether nobody may attend to padding.
    padding
        How wide a batch is: as the longest text of it ("batch"), as the
        longest to learn from ("longest", the book's), as the model's
        context ("context"), or a number of tokens. Longer texts are cut at
        their end.
    label_smoothing
        Share of the labels taken as drawn by lot.
    dropout
        Share of activations left out while training.
    lora_rank
        Rank of LoRA's corrections.
    lora_alpha
        Their scale is alpha / rank.
    lora_dropout
        Share of their inputs left out while training.
    """

    text_column: str = ""
    label_column: str = ""
    header: bool | None = None
    quoted: bool | None = None
    encoding: str = "auto"
    validation_file: str = ""
    test_file: str = ""
    validation: float = 0.1
    test: float = 0.2
    split: Literal["stratified", "shuffled"] = "stratified"
    split_seed: int = 123
    balance: Literal["none", "undersample", "weights"] = "none"
    train: Literal["last_layer", "last_block", "last_two_blocks", "all",
                   "lora"] = "last_block"
    token: Literal["first", "last", "last_real", "mean"] = "last_real"
    causal: bool = True
    hide_padding: bool = False
    padding: str = "batch"
    label_smoothing: float = 0.0
    dropout: float = 0.0
    lora_rank: int = 16
    lora_alpha: float = 16.0
    lora_dropout: float = 0.0

    def __post_init__(self):
        if self.padding not in ("batch", "longest", "context") and not (
                self.padding.isdecimal() and int(self.padding) > 0):
            raise ValueError(
                "padding must be batch, longest, context or a number of "
                f"tokens, got {self.padding!r}")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError("label_smoothing is a share of the labels: "
                             "expected a number in [0, 1), got "
                             f"{self.label_smoothing}")
        if self.lora_rank < 1:
            raise ValueError("lora_rank must be at least 1, got "
                             f"{self.lora_rank}")

    def table_options(self) -> dict:
        """How the files are to be read, for read_labelled."""
        return {"text_column": self.text_column,
                "label_column": self.label_column, "header": self.header,
                "quoted": self.quoted, "encoding": self.encoding}
