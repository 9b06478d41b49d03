"""Every tolerance lives in agreement.py: no test file brings its own.

Compared is by assert_agree with measured bounds, by assert_rounding, or to the
bit. What still has figures of its own is counted in OWN; the list may only grow
shorter.
"""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

TOLERANCE = re.compile(
    r"\brtol\b|\batol\b|rel_tol|abs_tol|allclose\(|assert_close\(|isclose\(|"
    r"approx\(|< *\d+(\.\d+)?e-")
HOME = {"parity_tests/agreement.py", "parity_tests/test_tolerances.py"}

# File -> lines with a tolerance of their own.
OWN: dict[str, int] = {
    "parity_tests/finetuning/test_adapter_files.py": 2,
    "parity_tests/finetuning/test_classification.py": 9,
    "parity_tests/finetuning/test_classifier_model.py": 4,
    "parity_tests/finetuning/test_lora_adapters.py": 4,
    "parity_tests/finetuning/test_lora_model.py": 4,
    "parity_tests/finetuning/test_packed_tokens.py": 3,
    "parity_tests/finetuning/test_preferences.py": 1,
    "parity_tests/models/test_nano_sort.py": 1,
    "parity_tests/models/test_pretrained.py": 2,
    "parity_tests/training/test_clipping.py": 2,
    "parity_tests/training/test_learner.py": 2,
    "tests/classification/test_class_report.py": 6,
    "tests/commands/test_adapter_of_a_run.py": 1,
    "tests/commands/test_classify_command.py": 2,
    "tests/commands/test_dpo_command.py": 1,
    "tests/commands/test_evaluate_choices.py": 7,
    "tests/commands/test_evaluate_command.py": 6,
    "tests/commands/test_instruct_command.py": 1,
    "tests/commands/test_walk_command.py": 5,
    "tests/corpora/test_samples_en.py": 1,
    "tests/docs/test_lessons.py": 1,
    "tests/evaluation/test_evaluate_scores.py": 14,
    "tests/evaluation/test_perplexity.py": 1,
    "tests/finetuning/test_instruction_task.py": 3,
    "tests/finetuning/test_preference_task.py": 8,
    "tests/models/test_book_initialisation.py": 1,
    "tests/models/test_torch_random.py": 1,
    "tests/models/test_vocabulary.py": 2,
    "tests/runs/test_resume.py": 1,
    "tests/test_device.py": 15,
    "tests/tokenizers/test_token_table.py": 1,
    "tests/training/test_plot_and_progress.py": 1,
    "tests/training/test_schedule.py": 3,
    "tests/training/test_trainer.py": 4,
}


def tolerances(text: str) -> int:
    return sum(bool(TOLERANCE.search(line)) for line in text.splitlines())


def test_no_test_brings_a_tolerance_of_its_own():
    found = {}
    for folder in ("parity_tests", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            count = tolerances(path.read_text(encoding="utf-8"))
            if count and name not in HOME:
                found[name] = count
    more = {name: count for name, count in found.items()
            if count > OWN.get(name, 0)}
    assert not more, f"tolerances belong into parity_tests/agreement.py: {more}"
    fewer = {name: count for name, count in OWN.items()
             if count > found.get(name, 0)}
    assert not fewer, f"fewer than OWN says, which may be lowered: {fewer}"


def test_what_counts_as_a_tolerance():
    assert tolerances("assert_allclose(a, b, rtol=1e-3)\nx = 1") == 1
    assert tolerances("assert abs(a - b) < 1e-12") == 1
    assert tolerances("assert a == pytest.approx(b)") == 1
    assert tolerances("assert_rounding(a, b, 3)") == 0
