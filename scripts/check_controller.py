"""Run a controller of another make in front of the macro and check every rule of its pins.

python scripts/check_controller.py --rtl "a.sv b.sv" --map map.toml --stimulus stimulus.py

Exit status: 0 clean, 1 a rule, a cell or the stimulus says no, 2 unusable input.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import load_chip  # noqa: E402
from scripts.command_line import OneLineParser, exit_status  # noqa: E402
from scripts.sequence.live import LiveOptions, check_live  # noqa: E402
from scripts.sequence.report import show  # noqa: E402


def run(args: argparse.Namespace) -> int:
    """Check the controller that the command line names; the exit status."""
    options = LiveOptions(
        files=tuple(args.rtl.split()),
        map_file=args.map,
        stimulus=args.stimulus,
        chip=args.chip,
        device=args.device or load_chip(args.chip).chip.device,
        seed=args.seed,
        limit_ms=args.limit_ms,
        waves="fst" if args.waves else "",
    )
    return show(check_live(options), args.out)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Check a controller of another make at the macro's pins.")
    parser.add_argument("--rtl", required=True, help="its files, in the order of compilation")
    parser.add_argument("--map", required=True, help="pins and their roles")
    parser.add_argument("--stimulus", default="", help="Python file with async def stimulus(dut)")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--device", help="cell parameter set; default: that of the chip")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit-ms", type=float, default=100.0, help="of the simulated time")
    parser.add_argument("--waves", action="store_true", help="record dump.fst")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "controller.json")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
