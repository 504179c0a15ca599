"""Unknown states: the tests of the core, on its netlist, in a simulator with four states.

Every register starts unknown, and every input is unknown while nothing says that it means anything:
the tests must pass all the same, and no output may be unknown after reset.

Exit status: 0 clean, 1 a test failed, 2 unusable input.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status  # noqa: E402
from sim.benches import BENCHES  # noqa: E402
from sim.four_state import run_four_state  # noqa: E402
from sim.runner import require_seed  # noqa: E402

SUMMARY = ROOT / "build" / "xcheck" / "summary.json"
SUBJECTS = ("unknowns", "core", "core_service")  # benches of cnr_core


def run(args: argparse.Namespace) -> int:
    """Run every bench; the exit status."""
    require_seed(args.seed)
    SUMMARY.unlink(missing_ok=True)
    for name in SUBJECTS:
        bench, begin = BENCHES[name], time.monotonic()
        ran = run_four_state(bench.toplevel, bench.sources, args.chip, bench.module, args.seed)
        print(f"pass  {name:<14} {ran:>3} tests  {time.monotonic() - begin:5.0f} s", flush=True)
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps({"chip": args.chip, "seed": args.seed, "passed": True}))
    return 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Run the core with unknown states.")
    parser.add_argument("--chip", default="mini")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
