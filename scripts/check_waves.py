"""Check the pins in a recorded wave of any simulator against every rule.

python scripts/check_waves.py --file dump.fst --map map.toml

Exit status: 0 clean, 1 a rule is violated, 2 unusable input.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status  # noqa: E402
from scripts.sequence.replay import ReplayOptions, check_recorded  # noqa: E402
from scripts.sequence.report import show  # noqa: E402


def run(args: argparse.Namespace) -> int:
    """Check the wave that the command line names; the exit status."""
    options = ReplayOptions(args.file, args.map, args.chip, args.scope)
    return show(check_recorded(options), args.out)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Check the pins in a recorded wave.")
    parser.add_argument("--file", required=True, help="FST, VCD or GHW")
    parser.add_argument("--map", required=True, help="pins and their roles")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--scope", default="", help="path before every pin; default: of the map")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "waves.json")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
