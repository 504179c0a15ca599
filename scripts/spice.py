"""The analog model beside ngspice: circuits from the chip description, compared point by point.

python scripts/spice.py --chip cifar10

Netlists and waves stay in the folder of the summary. Exit status: 0 all within their limits, 1 a
difference is too large or ngspice fails, 2 unusable input or no ngspice.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import Chip, load_chip  # noqa: E402
from scripts.circuits.comparison import Compare, Comparison  # noqa: E402
from scripts.circuits.crossbar import compare_crossbar  # noqa: E402
from scripts.circuits.integrator import compare_integrator  # noqa: E402
from scripts.circuits.line import compare_line_discharge, compare_line_drop  # noqa: E402
from scripts.circuits.pool import compare_pool  # noqa: E402
from scripts.circuits.reader import compare_reader  # noqa: E402
from scripts.circuits.simulator import find_ngspice  # noqa: E402
from scripts.command_line import OneLineParser, exit_status  # noqa: E402

CIRCUITS: tuple[Compare, ...] = (
    compare_reader,
    compare_integrator,
    compare_pool,
    compare_line_drop,
    compare_line_discharge,
    compare_crossbar,
)


def compare_all(chip: Chip, folder: Path) -> list[Comparison]:
    """Every quantity of every circuit.

    Raises
    ------
    InputError
        No ngspice.
    SimulationError
        ngspice fails.
    """
    return [row for compare in CIRCUITS for row in compare(chip, folder)]


def table_line(row: Comparison) -> str:
    """One quantity, its worst relative difference and the limit."""
    verdict = "pass" if row.passed else "FAIL"
    if row.limit is None:
        verdict, limit = "    ", "measured"
    else:
        limit = f"limit {row.limit:.0e}"
    where = f"{row.circuit:<18} {row.quantity:<31} {row.model.size:>3} points"
    return f"{verdict}  {where}  worst {row.worst:.1e}  {limit}"


def run(args: argparse.Namespace) -> int:
    """Simulate, compare, print and write; the exit status."""
    find_ngspice()
    summary = args.out / "summary.json"
    summary.unlink(missing_ok=True)
    rows = compare_all(load_chip(args.chip), args.out)
    passed = all(row.passed for row in rows)
    for row in rows:
        print(table_line(row))
    content = {"chip": args.chip, "passed": passed, "rows": [row.row() for row in rows]}
    summary.write_text(json.dumps(content, indent=2) + "\n")
    return 0 if passed else 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Compare the analog model with ngspice.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "spice")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
