"""Downloads of the published weights: from a hub on this machine, in
processes of their own, since huggingface_hub reads its settings when imported.
"""
import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from twinformer.architectures.qwen3 import Qwen3Config
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.building import model_of
from numpy_impl.models.pretrained import save_pretrained
from twinformer.pretrained.writing import write_pretrained

from ..hub_server import hub_server

FILE = "openai-community/gpt2/model.safetensors"
TINY = GPT2Config(vocab_size=64, context_length=8, d_model=32, n_heads=2, n_layers=8)

LARGE = Qwen3Config(vocab_size=64, context_length=8, d_model=16, n_heads=2, n_kv_heads=1,
                    head_dim=4, d_hidden=8, n_layers=3, tie_embeddings=False)

# The presets are replaced by a tiny one: what is under test is the way here.
PROGRAM = """
import sys
import twinformer.models.config as config
config.PRESETS["gpt2"] = config.GPT2Config(
    vocab_size=64, context_length=8, d_model=32, n_heads=2, n_layers=8)
from twinformer.architectures.qwen3 import QWEN3_PRESETS, Qwen3Config
QWEN3_PRESETS["qwen3-8b"] = Qwen3Config(
    vocab_size=64, context_length=8, d_model=16, n_heads=2, n_kv_heads=1, head_dim=4, d_hidden=8,
    n_layers=3, tie_embeddings=False)
import twinformer.pretrained.hub as hub
hub.PATIENCE = float(sys.argv[2])
import huggingface_hub.constants
huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = 4096    # what is kept when it breaks off
if sys.argv[1] == "torch":
    from torch_impl.models.pretrained import load_pretrained
else:
    from numpy_impl.models.pretrained import load_pretrained
    assert "torch" not in sys.modules
import time
start = time.perf_counter()
try:
    model = load_pretrained(sys.argv[3])
except ConnectionError as error:
    print("ConnectionError", error)
except ValueError as error:
    print("ValueError", error)
else:
    print("loaded", float(abs(model.token_embedding.weight).sum()))
print(time.perf_counter() - start)
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    save_pretrained(model_of(TINY, initial_parameters(TINY, 0)), folder)
    return (folder / "model.safetensors").read_bytes()


@pytest.fixture
def hub(weights):
    with hub_server({FILE: weights}) as hub:
        yield hub


@pytest.fixture
def load(tmp_path):
    """Run load_pretrained("gpt2"); what it printed, and its seconds."""
    def run(endpoint, backend="numpy", patience=8.0, preset="gpt2", **variables):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("HF_") and "proxy" not in name.lower()}
        environment |= {"HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": endpoint,
                        "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1",
                        "TWINFORMER_DATA": str(tmp_path / "data")} | variables
        done = subprocess.run([sys.executable, "-c", PROGRAM, backend, str(patience), preset],
                              capture_output=True, text=True, env=environment, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]
        *lines, seconds = done.stdout.strip().split("\n")
        return " ".join(lines), float(seconds)
    return run


@pytest.fixture(scope="module")
def loaded():
    embedding = initial_parameters(TINY, 0)["token_embedding.weight"]
    return f"loaded {float(np.abs(embedding).sum())}"[:12]


def test_downloaded_once_then_from_the_cache(hub, load, loaded):
    for backend in ("numpy", "torch"):
        answer, _ = load(hub.url, backend)
        assert answer.startswith(loaded)
    assert hub.downloads() == [None]
    asked = len(hub.asked)
    # what is in the cache needs no network: not even the question whether it is new
    answer, _ = load("http://127.0.0.1:9")
    assert answer.startswith(loaded) and len(hub.asked) == asked
    answer, _ = load("http://127.0.0.1:9", HF_HUB_OFFLINE="1")
    assert answer.startswith(loaded)


def test_an_interrupted_download_is_resumed(hub, load, loaded):
    hub.break_after = 10_000
    answer, _ = load(hub.url)
    assert answer.startswith(loaded)
    first, second = hub.downloads()
    assert first is None and 4096 <= int(second.removeprefix("bytes=").split("-")[0]) <= 10_000


def test_a_file_brought_by_hand_needs_no_hub(load, loaded, weights, tmp_path):
    place = tmp_path / "data" / "gpt2" / "model.safetensors"
    place.parent.mkdir(parents=True)
    place.write_bytes(weights)
    answer, _ = load("http://127.0.0.1:9")
    assert answer.startswith(loaded)
    place.write_bytes(weights[:-100])
    answer, _ = load("http://127.0.0.1:9")
    assert answer.startswith("ValueError") and f"{place} is damaged" in answer


def says_what_to_do(answer, tmp_path):
    assert answer.startswith("ConnectionError the weights of gpt2 are not on this machine and")
    assert ("Get https://huggingface.co/openai-community/gpt2/resolve/main/model.safetensors"
            in answer)      # not from the mirror, which may be what is broken
    assert f"put it at {tmp_path / 'data' / 'gpt2' / 'model.safetensors'}" in answer
    assert "HF_ENDPOINT" in answer
    return True


def test_nobody_there_is_said_at_once(load, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))       # and nobody listens
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        answer, seconds = load(endpoint)
    assert says_what_to_do(answer, tmp_path) and seconds < 5


def test_a_server_that_never_answers_is_given_up(load, tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        answer, seconds = load(endpoint, patience=1.0)
    assert says_what_to_do(answer, tmp_path)
    assert "no answer within 1 s" in answer or "timed out" in answer
    assert 1 <= seconds < 3


def test_the_patience_is_less_than_ten_seconds():
    from twinformer.pretrained import hub

    assert hub.PATIENCE < 10


def test_an_address_that_hangs_before_any_time_limit_is_given_up(monkeypatch, tmp_path):
    """As looking up a name can, where the network swallows questions."""
    import huggingface_hub

    from twinformer.pretrained import hub

    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata",
                        lambda *arguments, **options: time.sleep(3))
    monkeypatch.setattr(hub, "PATIENCE", 0.1)
    start = time.perf_counter()
    with pytest.raises(TimeoutError, match="no answer within"):
        hub.check_reachable("a/b", "c")
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("status", [404, 401, 503])
def test_a_hub_that_refuses_is_named(hub, load, tmp_path, status):
    hub.status = status
    answer, seconds = load(hub.url)
    assert says_what_to_do(answer, tmp_path) and seconds < 10


def test_offline_is_respected(hub, load, tmp_path):
    answer, _ = load(hub.url, HF_HUB_OFFLINE="1")
    assert answer.startswith("ConnectionError") and "offline" in answer.lower()
    assert not hub.asked


def test_unknown_presets_have_no_repository():
    from twinformer.pretrained.hub import repository

    assert repository("gpt2-xl") == "openai-community/gpt2-xl"
    with pytest.raises(ValueError, match="no preset is called 'gpt3'"):
        repository("gpt3")


@pytest.fixture
def large_hub(tmp_path):
    """A model in several files, with a tokenizer beside them."""
    folder = tmp_path / "large"
    write_pretrained(LARGE, initial_parameters(LARGE, 0), folder, shard_bytes=8000)
    (folder / "tokenizer.json").write_text("{}")
    files = {f"Qwen/Qwen3-8B/{path.name}": path.read_bytes() for path in folder.iterdir()}
    assert sum(name.endswith(".safetensors") for name in files) == 3
    with hub_server(files) as hub:
        yield hub


def test_a_model_in_several_files(large_hub, load):
    embedding = initial_parameters(LARGE, 0)["token_embedding.weight"]
    loaded = f"loaded {float(np.abs(embedding).sum())}"[:12]
    for backend in ("numpy", "torch"):
        answer, _ = load(large_hub.url, backend, preset="qwen3-8b")
        assert answer.startswith(loaded)
    got = [path.split("/")[-1] for method, path, _ in large_hub.asked
           if method == "GET" and "/resolve/" in path]
    assert sorted(got) == [
        *(f"model-0000{i}-of-00003.safetensors" for i in (1, 2, 3)),
        "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json"]
    answer, _ = load("http://127.0.0.1:9", preset="qwen3-8b")
    assert answer.startswith(loaded)


def test_what_came_in_part_is_completed(large_hub, load):
    missing = large_hub.files.pop("Qwen/Qwen3-8B/model-00003-of-00003.safetensors")
    answer, _ = load(large_hub.url, preset="qwen3-8b")
    assert answer.startswith("ConnectionError the weights of qwen3-8b are not on this machine")
    large_hub.files["Qwen/Qwen3-8B/model-00003-of-00003.safetensors"] = missing
    answer, _ = load(large_hub.url, preset="qwen3-8b")
    assert answer.startswith("loaded")


def test_a_licence_that_has_to_be_accepted(large_hub, load):
    large_hub.status, large_hub.gated = 401, True
    answer, _ = load(large_hub.url, preset="qwen3-8b")
    assert answer.startswith("ConnectionError") and "accepted their licence: do so at" in answer
    assert "https://huggingface.co/Qwen/Qwen3-8B" in answer and "HF_TOKEN" in answer
