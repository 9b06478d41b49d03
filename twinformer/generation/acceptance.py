"""How often a smaller model guesses what the larger one would have said."""
from dataclasses import dataclass

__all__ = ["Acceptance"]


@dataclass
class Acceptance:
    """Counts what speculative decoding does; hand one over to read it afterwards.

    Attributes
    ----------
    proposed, accepted
        Tokens of the smaller model; and those of them that became text.
    passes
        How often the larger model was asked, the reading of the prompt aside.
    tokens
        How many tokens the text got by it.
    """

    proposed: int = 0
    accepted: int = 0
    passes: int = 0
    tokens: int = 0

    @property
    def rate(self) -> float:
        """The share of proposals that were accepted; 0 where there were none."""
        return self.accepted / self.proposed if self.proposed else 0.0

    def summary(self) -> str:
        """For people: "31 of 40 proposals accepted (78 %), 2.9 tokens a pass"."""
        return (f"{self.accepted} of {self.proposed} proposals accepted ({self.rate:.0%}), "
                f"{self.tokens / max(self.passes, 1):.1f} tokens a pass")
