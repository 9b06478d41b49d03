"""Every file in configs/ trains for two steps, at tiny size, on the text that it is for."""
import zipfile
from pathlib import Path

import pytest

from twinformer.commands.main import main
from twinformer.io.remote_file import RemoteFile

from ..tiny_base import no_plots, tiny_base
from ..tiny_run import one_thread

__all__ = ["no_plots", "one_thread"]

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
MODEL = ["--d-model", "16", "--n-heads", "2", "--n-layers", "1", "--context-length", "16"]
TRAIN = ["train", *MODEL, "--max-steps", "2", "--batch-size", "2", "--sample-tokens", "4",
         "--accumulation", "1"]
PLAY = "ROMEO:\nIs the day so young?\n\nBENVOLIO:\nBut new struck nine.\n\n" * 40
MESSAGES = "".join(f"ham\tsee you at {n}\nspam\twin {n} pounds now\n" for n in range(12))


def shakespeare(folder):
    sizes = ["--n-kv-heads", "2", "--head-dim", "8", "--d-hidden", "24"]
    return [*TRAIN, *sizes, "--backend", "numpy"], "tinyshakespeare/input.txt", "ROMEO:"


def gpt2_124m(folder):
    """Its corpus is a prepared one, made by the command that the file names."""
    (folder / "web.txt").write_text(PLAY)
    assert main(["data", "prepare", "web.txt", "--tokenizer", "bytes", "--folder",
                 "prepared/fineweb-edu", "--prepare.validation", "0.3",
                 "--prepare.duplicates", "keep", "--passage-length", "100"]) == 0
    return [*TRAIN, "--precision", "float32", "--compile", "false"], None, "2,197 training tokens"


def spam_gpt2(folder):
    words = ["classify", "--model", str(tiny_base(folder)), "--epochs", "1"]
    return words, "sms-spam/SMSSpamCollection", "16 texts to learn from"


def movie_reviews(folder):
    words = ["classify", "--epochs", "1", "--d-model", "16"]
    return words, "movie-reviews/movie_reviews.zip", "42 texts to learn from (21 neg, 21 pos)"


def reviews(path):
    with zipfile.ZipFile(path, "w") as archive:
        for label, word in (("neg", "dull"), ("pos", "bright")):
            for number in range(30):
                archive.writestr(f"movie_reviews/{label}/{number}.txt", f"{number} {word} scenes")
    return path


RECIPES = {"shakespeare": shakespeare, "gpt2-124m": gpt2_124m, "spam-gpt2": spam_gpt2,
           "movie-reviews": movie_reviews}


@pytest.mark.parametrize("file", sorted(CONFIGS.iterdir()), ids=lambda file: file.stem)
def test_a_config_trains_on_the_text_it_is_for(tmp_path, monkeypatch, capsys, no_plots, file):
    fetched = []

    def fetch(remote, **options):
        fetched.append(remote.path)
        if remote.path.endswith(".zip"):
            return reviews(tmp_path / "fetched")
        (tmp_path / "fetched").write_text(PLAY if "shake" in remote.path else MESSAGES)
        return tmp_path / "fetched"

    monkeypatch.setattr(RemoteFile, "fetch", fetch)
    monkeypatch.chdir(tmp_path)
    words, expected, said = RECIPES[file.stem](tmp_path)
    assert main([*words, "--config", str(file)]) == 0
    output = capsys.readouterr().out
    assert fetched == ([expected] if expected else [])
    assert said in output and "step     2" in output


def test_a_config_without_its_text_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    """It never trains on another one."""
    from requests.exceptions import ConnectionError as NoNetwork

    def nowhere(*words):
        raise NoNetwork("no network")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("twinformer.io.download.content_of", nowhere)
    monkeypatch.setattr("twinformer.io.download.retried", lambda *words: lambda call, *rest:
                        call(*rest))
    for name, message in (("shakespeare", f"put it at {tmp_path}/data/tinyshakespeare/input.txt"),
                          ("gpt2-124m", "no corpus at prepared/fineweb-edu"),
                          ("spam-gpt2", f"put it at {tmp_path}/data/sms-spam/SMSSpamCollect"),
                          ("movie-reviews", f"put it at {tmp_path}/data/movie-reviews/movie_rev")):
        command = "train" if name in ("shakespeare", "gpt2-124m") else "classify"
        force = ["--force"] * (command == "train")      # whatever this machine has room for
        assert main([command, *force, "--precision", "float32", "--compile", "false", "--config",
                     str(CONFIGS / f"{name}.yaml")]) == 2
        assert message in capsys.readouterr().err
