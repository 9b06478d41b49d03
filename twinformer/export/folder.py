"""A model of ours as a folder for others: whole, or not at all."""
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..chat.files import write_chat_template
from ..chat.template import ChatTemplate
from ..io.atomic_folder import put_in_place
from ..io.drafts import draft_of
from ..io.files import write_atomically
from ..io.paths import expanded
from ..pretrained.writing import write_pretrained
from ..runs.opened_run import OpenedRun
from ..io.strict_json import json_text

__all__ = ["export_adapter", "export_model", "new_folder"]


def export_model(opened: OpenedRun, folder: str) -> str:
    """Write the model and its tokenizer; says in a line what was written.

    Raises
    ------
    ValueError
        Where a tokenizer.json cannot give the tokenizer's ids.
    FileExistsError
        Where there is something in the folder.
    OSError
        Where it cannot be written.
    """
    with new_folder(folder) as (place, final):
        write_pretrained(opened.config.model, opened.parameters, place, opened.tokenizer)
        if state := opened.task.get("chat_template"):
            write_chat_template(ChatTemplate.from_dict(state), place)
        files = sorted(path.name for path in place.iterdir())
    return f"{final}: {', '.join(files)}"


def export_adapter(opened: OpenedRun, folder: str,
                   open_model: Callable[[str], OpenedRun]) -> str:
    """Write the LoRA of a run, and the model it was made for in base/.

    Raises
    ------
    ValueError
        Where the run has no adapter, or does not say what it belongs to.
    """
    adapter = opened.folder / "adapter"
    if not (adapter / "adapter_config.json").is_file():
        raise ValueError(f"{opened.folder} has no adapter; a run tuned with --train lora has "
                         "one, and without --adapter the whole model is written")
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    if not config.get("base_model_name_or_path"):
        raise ValueError(f"{adapter} does not say which model it belongs to")
    base = open_model(config["base_model_name_or_path"])
    with new_folder(folder) as (place, final):
        for file in adapter.iterdir():
            shutil.copy(file, place / file.name)
        config["base_model_name_or_path"] = str((final / "base").resolve())
        write_atomically(place / "adapter_config.json", json_text(config, indent=2) + "\n")
        write_pretrained(base.config.model, base.parameters, place / "base", base.tokenizer)
    return f"{final}: the adapter, and its base in {final / 'base'}"


@contextmanager
def new_folder(folder: str) -> Iterator[tuple[Path, Path]]:
    """Yield (where to write, where it will be); it is moved there at the end.

    Raises
    ------
    FileExistsError
        Where it is not new, nor an empty folder.
    """
    if not folder.strip():
        raise ValueError("expected the name of a new folder, got an empty one")
    final = expanded(folder)
    if final.is_file():
        raise FileExistsError(f"{final} is a file; name a new folder")
    if final.exists() and not (final.is_dir() and not any(final.iterdir())):
        raise FileExistsError(f"{final} exists and is not empty; nothing is overwritten, "
                              "name a new folder")
    with draft_of(final) as place:
        place.mkdir()
        yield place, final
        if final.exists():
            final.rmdir()
        put_in_place(place, final)
