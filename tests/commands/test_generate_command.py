"""twinformer generate: streams text; a mistake is one line and exit code 2."""
import io
import os
import shutil
import subprocess
import sys

import pytest

from twinformer.commands.main import main

from ..tiny_run import tiny_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def characters_run(tmp_path_factory):
    return tiny_run(tmp_path_factory.mktemp("runs"), "characters")


def generate(capsys, *words):
    """Exit code, standard output, standard error."""
    code = main(["generate", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def feed(monkeypatch, content: bytes):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))


def test_both_backends_write_the_same_text(run, capsys):
    for options in ([], ["--temperature", 0], ["--top-k", 5, "--seed", 3]):
        words = [run, "--prompt", "The quick", "--max-new-tokens", 30, *options]
        code, out, err = generate(capsys, *words)
        assert code == 0 and out.startswith("The quick") and out.endswith("\n")
        assert len(out.encode("utf-8", "replace")) > len("The quick\n")
        assert " tokens" in err and "tokens/s (torch on cpu, step 4)" in err
        _, numpy_out, numpy_err = generate(capsys, *words, "--backend", "numpy")
        assert numpy_out == out and "(numpy on cpu, step 4)" in numpy_err


def test_bytes_that_form_no_character_are_explained(run, capsys):
    """A new model of single bytes spells no character."""
    _, out, err = generate(capsys, run, "--prompt", "a", "--max-new-tokens", 60,
                           "--temperature", 3, "--top-p", 1)
    assert "\ufffd" in out and "bytes that form no character" in err
    code, out, err = generate(capsys, run, "--prompt", "a", "--max-new-tokens", 5,
                              "--temperature", 0)
    assert code == 0 and "\ufffd" not in out and "form no character" not in err


def test_the_seed_decides_and_the_rest_is_fixed(run, capsys):
    words = [run, "--prompt", "a", "--max-new-tokens", 20, "--temperature", 2, "--top-p", 1]
    texts = [generate(capsys, *words, "--seed", seed)[1] for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]


def test_a_new_text_begins_where_no_prompt_is_given(run, capsys):
    code, out, err = generate(capsys, run, "--max-new-tokens", 5)
    assert code == 0 and out and "tokens" in err


def test_the_prompt_comes_from_standard_input(run, capsys, monkeypatch):
    words = ["--max-new-tokens", 8]
    expected = generate(capsys, run, "--prompt", "Two\nlines é", *words)[1]
    feed(monkeypatch, "Two\r\nlines é\n".encode())
    assert generate(capsys, run, "--prompt", "-", *words)[1] == expected


def test_a_checkpoint_can_be_named(run, capsys):
    (checkpoint,) = (run / "checkpoints").iterdir()
    words = ["--prompt", "a", "--max-new-tokens", 8]
    assert generate(capsys, checkpoint, *words)[:2] == generate(capsys, run, *words)[:2]


def test_a_long_prompt_is_cropped_and_said_so(run, capsys):
    code, out, err = generate(capsys, run, "--prompt", "x" * 40, "--max-new-tokens", 2)
    assert code == 0 and out.startswith("x" * 40)
    assert "the prompt is 40 tokens long; the model sees the last 16" in err


BOTH = pytest.mark.parametrize("backend", ["torch", "numpy"])


@BOTH
def test_beams_find_a_likelier_text_than_greedy(run, capsys, backend):
    words = [run, "--prompt", "The quick", "--max-new-tokens", 6, "--backend", backend]
    code, out, err = generate(capsys, *words, "--beams", 3, "--length-penalty", 0)
    assert code == 0 and out.startswith("The quick") and "tokens, ln p -" in err
    code, out, err = generate(capsys, *words, "--beams", 3, "--n", 2)
    titles = [line for line in out.splitlines() if line.startswith("---")]
    scores = [float(title.rpartition(" ")[2]) for title in titles]
    assert [t.partition(",")[0] for t in titles] == ["--- text 1 of 2", "--- text 2 of 2"]
    assert scores == sorted(scores, reverse=True)


@BOTH
def test_several_texts_and_prompts_at_once(run, capsys, backend, tmp_path):
    """Of any lengths; the first text is what the prompt gives alone."""
    words = [run, "--max-new-tokens", 6, "--backend", backend, "--seed", 2]
    alone = generate(capsys, *words, "--prompt", "The")[1]
    _, out, err = generate(capsys, *words, "--prompt", "The", "--n", 2)
    assert out.startswith(f"--- text 1 of 2\n{alone}--- text 2 of 2\nThe")
    assert "12 tokens in 2 texts" in err
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("The\n\n\u4f60\u597d, a longer one\n", "utf-8")
    code, out, _ = generate(capsys, *words, "--prompts", prompts)
    assert code == 0 and out.startswith(f"--- prompt 1, text 1 of 1\n{alone}--- prompt 2, text 1")
    assert "\u4f60\u597d, a longer one" in out
    prompts.write_text("\n")
    assert "holds no prompt" in generate(capsys, *words, "--prompts", prompts)[2]


@BOTH
def test_the_answer_is_one_of_the_choices(run, capsys, backend):
    found = set()
    for seed in range(8):
        code, out, err = generate(
            capsys, run, "--prompt", "The", "--backend", backend, "--choices", " \u4f60\u597d",
            " fox", " dog", "--seed", seed, "--temperature", 2, "--top-p", 1)
        assert code == 0 and "the last an end of text" in err
        found.add(out)
    assert found <= {"The \u4f60\u597d\n", "The fox\n", "The dog\n"} and len(found) > 1
    words = [run, "--prompt", "The", "--choices", " fox", " dog", "--beams", 2, "--n", 2]
    out = generate(capsys, *words, "--backend", backend)[1]
    assert sorted(line for line in out.splitlines() if "---" not in line) == ["The dog", "The fox"]


def test_text_ends_in_front_of_a_stop_string(run, capsys):
    words = [run, "--prompt", "a", "--max-new-tokens", 40, "--temperature", 0]
    whole = generate(capsys, *words)[1].removesuffix("\n")
    string = whole[5:7]
    _, out, err = generate(capsys, *words, "--stop", "never there", string)
    assert out == whole[:1] + whole[1:].partition(string)[0] + "\n"
    assert generate(capsys, *words, "--stop", string, "--n", 2)[1].count(out) == 2
    assert int(err.partition(" tokens")[0]) < 40


@BOTH
def test_a_draft_that_guesses_changes_no_greedy_text(run, capsys, backend):
    words = [run, "--prompt", "The", "--max-new-tokens", 20, "--temperature", 0,
             "--backend", backend]
    expected = generate(capsys, *words)[1]
    code, out, err = generate(capsys, *words, "--draft", run, "--guesses", 3)
    assert code == 0 and out == expected and "proposals accepted (100%)" in err


def test_a_bias_decides(run, capsys):
    words = [run, "--prompt", "a", "--max-new-tokens", 4]
    assert generate(capsys, *words, "--logit-bias", "e=100", "z=-inf")[1] == "aeeee\n"
    assert generate(capsys, *words, "--logit-bias", r"\n=100")[1] == "a\n\n\n\n\n"


def test_prompts_are_asked_for_one_after_the_other(run, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("The\n\n\u4f60\n"))
    code, out, err = generate(capsys, run, "--interactive", "--max-new-tokens", 3,
                              "--temperature", 0, "--logit-bias", "e=100")
    assert code == 0 and out == "> Theeee\n> Theeeeeee\n> \u4f60eee\n> \n"
    assert err.startswith("give a text to continue") and err.count("\n3 tokens, in") == 3


def test_text_streams_out_token_by_token(run):
    """The first token is there before the last one is asked for."""
    command = [sys.executable, "-c", "import sys; from twinformer.commands.main import main; "
               "sys.exit(main(sys.argv[1:]))", "generate", run, "--prompt", "a", "--backend",
               "numpy", "--max-new-tokens", "100000", "--temperature", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=os.environ | {"PYTHONUTF8": "1"}) as process:
        try:
            assert process.stdout.read(3)  # minutes before the last token
            assert process.poll() is None
        finally:
            process.kill()


@pytest.mark.parametrize(("words", "message"), [
    (["--prompt", ""], "the prompt is empty"),
    (["--prompt", "a", "--top-p", "0"], "top_p must be above 0 and at most 1, got 0"),
    (["--prompt", "a", "--top-p", "1.5"], "top_p must be above 0 and at most 1, got 1.5"),
    (["--prompt", "a", "--top-k", "0"], "top_k must be at least 1"),
    (["--prompt", "a", "--temperature", "-1"], "temperature must be 0 or a finite positive"),
    (["--prompt", "a", "--temperature", "nan"], "temperature"),
    (["--prompt", "a", "--temperature", "hot"], "temperature"),
    (["--prompt", "a", "--seed", "-1"], "seed must be at least 0"),
    (["--prompt", "a", "--max-new-tokens", "0"], "max_new_tokens must be at least 1"),
    (["--prompt", "a", "--backend", "jax"], "backend"),
    (["--prompt", "a", "--backend", "numpy", "--device", "cuda"], "device"),
    (["--prompt", "a", "--topk", "3"], "did you mean --top-k?"),
    (["--prompt", "a", "--min-p", "2"], "min_p must lie between 0 and 1, got 2"),
    (["--prompt", "a", "--repetition-penalty", "0"], "repetition_penalty must be a finite number"),
    (["--prompt", "a", "--logit-bias", "ee=1"], "takes a single token, and 'ee' is 2"),
    (["--prompt", "a", "--logit-bias", "e"], "takes TEXT=NUMBER"),
    (["--prompt", "a", "--stop", ""], "a stop string is empty"),
    (["--prompt", "a", "--choices", "abc", "--max-new-tokens", "2"],
     "max_new_tokens must be at least 4, got 2"),
    (["--prompt", "a", "--n", "0"], "n must be at least 1"),
    (["--prompt", "a", "--beams", "0"], "beams must be at least 1"),
    (["--prompt", "a", "--beams", "2", "--n", "3"], "of 2 beams 3 texts are wanted"),
    (["--prompt", "a", "--beams", "2", "--early-stopping", "soon"], "expected one of 'first'"),
    (["--prompt", "a", "--interactive"], "--prompt and --interactive cannot go together"),
    (["--prompt", "a", "--draft", "nothing"], "there is no run at nothing"),
    (["--prompt", "a", "--prompts", "b"], "--prompt and --prompts cannot go together"),
    (["--prompts", "nothing.txt"], "nothing.txt"),
])
def test_mistakes_are_one_line(run, capsys, words, message):
    code, out, err = generate(capsys, run, *words)
    assert code == 2 and out == ""
    assert err.startswith("twinformer: error: ") and message in err and err.count("\n") == 1


def test_what_the_tokenizer_cannot_do_is_said(characters_run, capsys):
    code, _, err = generate(capsys, characters_run, "--prompt", "The ж")
    assert code == 2 and err.count("\n") == 1
    assert "this model cannot read the prompt: character 'ж' at offset 4" in err
    assert generate(capsys, characters_run)[0] == 0  # from its end of text on


def test_a_draft_needs_the_same_tokens(run, characters_run, capsys):
    code, _, err = generate(capsys, run, "--prompt", "a", "--draft", characters_run)
    assert code == 2 and "have different tokens" in err and err.count("\n") == 1


def test_input_that_is_not_utf8_is_named(run, capsys, monkeypatch):
    feed(monkeypatch, b"ab\xff\0")
    code, _, err = generate(capsys, run, "--prompt", "-")
    assert code == 2 and "not UTF-8 text: byte 0xff at offset 2" in err


def test_unknown_and_damaged_runs_are_refused(run, capsys, tmp_path):
    code, _, err = generate(capsys, tmp_path / "nothing", "--prompt", "a")
    assert code == 2 and "there is no run at" in err and err.count("\n") == 1
    copy = shutil.copytree(run, tmp_path / "copy")
    (weights,) = copy.glob("checkpoints/*/*.safetensors")
    weights.write_bytes(weights.read_bytes()[:-10])
    code, _, err = generate(capsys, copy, "--prompt", "a")
    assert code == 2 and err.startswith("twinformer: error: ") and err.count("\n") == 1


def test_help_needs_neither_torch_nor_a_run():
    code = ("import sys; from twinformer.commands.main import main\n"
            "try: main(['generate', '--help'])\n"
            "except SystemExit as end: assert end.code == 0\n"
            "assert 'torch' not in sys.modules")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True)
    assert "Continue a text with a trained model" in done.stdout


def test_a_compiled_model_writes_the_same(run, capsys, monkeypatch):
    """The tracing alone: a test of CompiledDecoder runs the compiler."""
    import torch._dynamo
    words = [run, "--prompt", "The", "--max-new-tokens", 12, "--temperature", 0, "--device", "cpu"]
    _, expected, _ = generate(capsys, *words)
    compile = torch.compile
    monkeypatch.setattr(torch, "compile", lambda step: compile(step, backend="eager"))
    torch._dynamo.reset()
    assert generate(capsys, *words, "--compile")[:2] == (0, expected)
    torch._dynamo.reset()
    code, _, err = generate(capsys, *words, "--compile", "--backend", "numpy")
    assert code == 2 and "--compile is torch's" in err
