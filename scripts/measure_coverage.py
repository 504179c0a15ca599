"""Run the tests of every bench with coverage and say what they reach.

python scripts/measure_coverage.py --jobs 2

Exit status: 0 all goals reached, 1 a goal or a test failed, 2 unusable input.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.coverage.functional import Covered  # noqa: E402
from scripts.coverage.html import write_html  # noqa: E402
from scripts.coverage.result import GOALS, Result, collect  # noqa: E402
from scripts.coverage.table import hole_lines, table  # noqa: E402
from sim.build import BUILD, SimulationError  # noqa: E402
from sim.runner import require_seed  # noqa: E402
from tb.coverage.plan import PLAN  # noqa: E402

WAIVERS = ROOT / "tb" / "coverage" / "waivers.toml"


def run_tests(jobs: int, seed: int) -> None:
    """Run the tests of all benches that count.

    Raises
    ------
    SimulationError
        One has failed.
    """
    for runs in BUILD.glob("*-coverage/runs"):
        shutil.rmtree(runs)
    options = ["-q", "--coverage", "-n", str(jobs), "--dist", "worksteal", "--seed", str(seed)]
    tests = [sys.executable, "-m", "pytest", *options, "tb/test_benches.py"]
    if subprocess.run(tests, cwd=ROOT).returncode:
        raise SimulationError("a test failed, so its coverage is not known")


def summary(result: Result) -> dict[str, object]:
    """The figures of the report."""
    return {
        "chip": result.chip,
        "tests": result.runs,
        "minutes": round(result.minutes, 1),
        "goals": GOALS,
        "percent": {name: round(share.percent, 3) for name, share in result.shares.items()},
        "percent_without_waivers": {n: round(s.percent, 3) for n, s in result.raw.items()},
        "reached": {name: share.reached for name, share in result.shares.items()},
        "total": {name: share.total for name, share in result.shares.items()},
        "waived": sum(item.waiver is not None for item in result.code),
        "holes": [line.strip() for line in hole_lines(result.holes)],
        "functional": {"groups": {c.group.name: _bins(c) for c in result.functional}},
        "impossible_bins": [f"{name}: {bin_}" for name, bin_ in result.impossible],
        "passed": result.passes,
    }


def _bins(covered: Covered) -> dict[str, object]:
    """The figures of a group and what it lacks."""
    missed = [" | ".join(bin_) for bin_ in covered.holes]
    return {"hit": covered.share.reached, "bins": covered.share.total, "missed": missed}


def run(args: argparse.Namespace) -> int:
    """Run the tests unless told not to, and report; the exit status."""
    require_seed(args.seed)
    require_positive("JOBS", args.jobs)
    for name in ("summary.json", "index.html"):
        (args.out / name).unlink(missing_ok=True)
    start = time.monotonic()
    if not args.report_only:
        run_tests(args.jobs, args.seed)
    minutes = (time.monotonic() - start) / 60
    result = collect(BUILD, ROOT, WAIVERS, PLAN, minutes)
    write_html(result, ROOT, args.out)
    (args.out / "summary.json").write_text(json.dumps(summary(result), indent=1))
    print(table(result, args.out))
    return 0 if result.passes else 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Measure code and functional coverage.")
    parser.add_argument("--jobs", type=int, default=2, help="tests that run at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report-only", action="store_true", help="of the runs that are there")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "coverage")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
