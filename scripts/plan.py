"""Hold the test plan against the tests, their last results and the measured coverage.

Exit status: 0 every point passes and is covered, 1 some point does not, 2 unusable input.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status  # noqa: E402
from scripts.testplan.plan import load_plan  # noqa: E402
from scripts.testplan.report import markdown, progress, terminal  # noqa: E402
from scripts.testplan.results import read_results  # noqa: E402

PLAN = ROOT / "tb" / "testplan.toml"


def run(args: argparse.Namespace) -> int:
    """Report how far the plan is; the exit status."""
    results = read_results(ROOT)
    rows = [progress(point, results) for point in load_plan(args.plan)]
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "plan.md").write_text(markdown(rows))
    (args.out / "summary.json").write_text(json.dumps([asdict(row) for row in rows], indent=2))
    print(terminal(rows))
    print(f"\n{args.out / 'plan.md'} lists the tests of each point")
    return 0 if all(row.state == "covered" for row in rows) else 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Report how far the test plan is.")
    parser.add_argument("--plan", type=Path, default=PLAN)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "plan")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
