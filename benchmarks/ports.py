"""No false alarm: what `twinformer parity` does, for many seeds, and a line for each.

    python -m benchmarks.ports --seeds 20 --seconds 600
"""
import argparse

import torch
from threadpoolctl import threadpool_limits

from parity_tests import COMPONENTS, ports


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="from 0 on")
    parser.add_argument("--seconds", type=float, default=600.0, help="for a seed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    alarms = 0
    print("| seed | cases | largest share of a bound | alarms |\n|---:|---:|---:|---|")
    with threadpool_limits(1):
        for seed in range(options.seeds):
            rows = [ports.tried(part, ports.sides_of(), options.seconds / len(COMPONENTS), seed)
                    for part in COMPONENTS]
            found = [row.name for row in rows if row.finding]
            alarms += len(found)
            worst = max(share for row in rows for share in row.errors.values())
            print(f"| {seed} | {sum(row.cases for row in rows)} | {worst:.2f} | "
                  f"{', '.join(found) or 'none'} |", flush=True)
    return int(alarms > 0)


if __name__ == "__main__":
    raise SystemExit(main())
