"""The command line: python -m parity_tests.lockstep."""
import argparse

import torch

from twinformer.architectures.kinds import KINDS

from . import __doc__ as about
from ..agreement import DRIFT
from .run import learners, small_run
from .stepping import in_lockstep


def main() -> int:
    parser = argparse.ArgumentParser(
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--kind", choices=list(KINDS), default="gpt2")
    options = parser.parse_args()
    steps = options.steps
    run = small_run(steps, kind=options.kind)
    torch.set_num_threads(1)  # the model is small
    print("step   loss, reference     loss, twin          drift of weights")
    for step, losses, parting, drift in in_lockstep(
            run, *learners(run), steps):
        if step % max(1, steps // 15) == 0 or parting:
            print(f"{step:4}   {losses[0]:.15f}   {losses[1]:.15f}   "
                  f"{drift:.1e}")
        if parting:
            print(f"They part at {parting}.")
            return 1
    print(f"Both stayed within {DRIFT:g} for {steps} steps.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
