"""twinformer classify: the best model, judged on all three parts."""

from ...classification.classifier import Classifier
from ...classification.encoded import encoded
from ...classification.plots import report_figure
from ...classification.report import class_report, report_as_markdown
from ...io.figures import save_figure
from ...io.files import write_atomically
from ...io.shell_words import command_line
from ...io.strict_json import json_text
from ...runs.checkpoint import checkpoints_in, load_checkpoint

from ..around_training import next_steps

__all__ = ["judge", "opened_classifier", "summary"]


def opened_classifier(checkpoint, backend: str, device: str) -> Classifier:
    """The classifier that a best checkpoint holds, ready in a backend."""
    from ...classification.encoded import Reading
    from ...backend import implementation
    from ...backend import tokenizer_from_dict

    package = implementation(backend)
    task = checkpoint.task
    model = package.trained_classifier(
        checkpoint.config.model,
        {name.removeprefix("model."): array for name, array in checkpoint.tensors.items()},
        len(task["classes"]))
    model, _ = package.placed(model, device)
    return Classifier(
        model, package.Classification(task["token"], task["causal"], task["hide_padding"]),
        tokenizer_from_dict(checkpoint.tokenizer, backend), task["classes"],
        Reading(**task["reading"]))


def judge(run, config, parts) -> dict[str, dict]:
    """{part: report} of the best model; report.json, report.md, test.png."""
    checkpoint = load_checkpoint(checkpoints_in(run.best)[-1])
    classifier = opened_classifier(checkpoint, config.backend, config.device.device)
    reports = {}
    for name, messages in zip(("training", "validation", "test"), parts, strict=True):
        if not messages:
            continue
        part = encoded(messages, classifier.classes, classifier.tokenizer, name)
        reports[name] = class_report(classifier.of_ids(part.ids), part.labels, classifier.classes)
    last = list(reports)[-1]
    save_figure(report_figure(reports[last], f"{run.path.name}, {last}"), run.path / f"{last}.png")
    title = f"{run.path.name}, the best model: after step {checkpoint.step}"
    write_atomically(run.path / "report.json", json_text(
        {"step": checkpoint.step, "parts": reports}, indent=1, ensure_ascii=False) + "\n")
    write_atomically(run.path / "report.md", report_as_markdown(reports, title))
    return reports


def summary(run, config, reports) -> None:
    """What was reached, and what to do next."""
    from ..console import in_cells

    print(f"\n{'the best model':<20}{'texts':>8}{'accuracy':>10}{'loss':>9}{'calibration':>13}")
    for name, report in reports.items():
        print(f"{name:<20}{report['texts']:>8}{report['accuracy']:>10.2%}{report['loss']:>9.4f}"
              f"{report['calibration']['error']:>13.4f}")
    last = list(reports)[-1]
    print(f"\n{last + ', by class':<20}{'texts':>8}{'precision':>10}{'recall':>9}{'F1':>13}")
    for label, of in reports[last]["classes"].items():
        print(f"{in_cells(label, 20)}{of['texts']:>8}{of['precision']:>10.4f}{of['recall']:>9.4f}"
              f"{of['f1']:>13.4f}")
    print(next_steps("classify", run, "report.md, loss.png", {
        "classify a text": command_line("classify", "--run", run, "--predict", "..."),
        "a file of texts": command_line(
            "classify", "FILE", "--run", run, "--output", "labelled.csv")}))
