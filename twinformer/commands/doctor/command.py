"""Say what this machine can do, what it lacks, and prove that the mathematics
works here: a tiny GPT in both packages, on each device, in a few seconds.

  twinformer doctor
  twinformer doctor --json > machine.json

The exit code is 0 where everything needed is in order, else 1.
"""

from .device_parity import parity_on_each_device
from .devices import torch_and_devices
from .libraries import numpy_and_blas
from .machine import compiler, processor, python, terminal
from .report import report
from .room import disk, memory
from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> int:
    findings = [python(), *processor(), *numpy_and_blas(), *torch_and_devices(), compiler(),
                memory(), disk(), terminal()]
    parities = parity_on_each_device()
    healthy = all(finding.state != "problem" for finding in findings) \
        and all(isinstance(parity, dict) and parity["agrees"] for parity in parities)
    if arguments.json:
        print(json_text({"healthy": healthy, "parity": parities,
                          "findings": [finding._asdict() for finding in findings]}, indent=1))
    else:
        report(findings, parities, healthy)
    return 0 if healthy else 1
