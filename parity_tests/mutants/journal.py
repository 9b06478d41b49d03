"""Verdicts that outlive an interruption."""
import hashlib
import json
from pathlib import Path

from .making import Mutant

__all__ = ["Journal"]


class Journal:
    """Verdicts so far, of mutants by what they say; kept in a file, a line
    each, so that hours of work outlive an interruption.

    Mutants of a module that was changed are tried anew, for their sources are
    others; after a change of the tests alone, remove the file.
    """

    def __init__(self, path: Path | None):
        self.path, self.seconds = path, 0.0
        self.verdicts: dict[str, str] = {}
        if path and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except json.JSONDecodeError:  # killed while it was written
                    continue
                self.seconds += entry["seconds"]
                self.verdicts[entry["digest"]] = entry["verdict"]

    @staticmethod
    def digest(mutant: Mutant) -> str:
        text = f"{mutant.module}\n{mutant.source}"
        return hashlib.sha256(text.encode()).hexdigest()

    def __contains__(self, mutant):
        return self.digest(mutant) in self.verdicts

    def __getitem__(self, mutant):
        return self.verdicts[self.digest(mutant)]

    def note(self, mutant, verdict, seconds):
        self.verdicts[self.digest(mutant)] = verdict
        self.seconds += seconds
        if self.path:
            self.path.parent.mkdir(exist_ok=True)
            line = json.dumps({
                "digest": self.digest(mutant), "mutant": str(mutant),
                "verdict": verdict, "seconds": round(seconds, 1)})
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n" + line + "\n")
