"""All sweeps that the documentation shows, by one command.

python scripts/sensitivity.py --data data/cifar10
python scripts/sensitivity.py --data data/cifar10 --publish     # docs/sensitivity.md and plots

Each is an ordinary sweep; one that was stopped goes on where it was. Exit status: 0 every die is
done, 1 one is not, 2 unusable input.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips.errors import InputError  # noqa: E402
from scripts import sweep  # noqa: E402
from scripts.command_line import OneLineParser, exit_status  # noqa: E402
from scripts.sensitivity_report.cases import CASES, Case  # noqa: E402
from scripts.sensitivity_report.page import markdown, path_of  # noqa: E402

DOCS = ROOT / "docs"


def run(args: argparse.Namespace) -> int:
    """Run the sweeps that the command line asks for; the exit status."""
    names = [case.name for case in CASES]
    if args.only and args.only not in names:
        raise InputError(f"ONLY={args.only}: allowed are {', '.join(names)}")
    for case in CASES:
        if args.only in (None, case.name) and not run_case(case, args):
            return 1
    if args.publish:
        (args.docs / "sensitivity.md").write_text("\n".join(markdown(args.docs / "plots")) + "\n")
        print(f"wrote {args.docs / 'sensitivity.md'}")
    return 0


def run_case(case: Case, args: argparse.Namespace) -> bool:
    """Run one sweep and, if asked for, copy its plot and summary; whether every die is done."""
    print(f"\n{case.command}", flush=True)
    words = [word for name, value in options(case, args).items() for word in (name, value)]
    sweeping = sweep.parse(words)
    if sweep.run(sweeping) != 0:
        return False
    folder = sweep.folder_of(sweeping, sweep.define(sweeping))
    if args.publish:
        for kind, file in (("json", "summary.json"), ("svg", "plot.svg")):
            shutil.copyfile(folder / file, path_of(case, args.docs / "plots", kind))
    return True


def options(case: Case, args: argparse.Namespace) -> dict[str, str]:
    """Command line of a sweep."""
    shared = {f"--{name}": getattr(args, name) for name in ("chip", "weights", "data")}
    sizes = {"--seed": args.seed, "--jobs": args.jobs, "--out": args.out}
    own = {f"--{name.lower()}": value for name, value in case.options.items()}
    given = {"--images": args.images, "--dies": args.dies}
    values = {**shared, **sizes, **own, **{n: v for n, v in given.items() if v is not None}}
    return {name: str(value) for name, value in values.items() if value is not None}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="All sweeps that the documentation shows.")
    parser.add_argument("--only", help="one sweep; default: all")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--weights", help="weight file; default: that of the chip")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--images", type=int, help="of every sweep; default: as documented")
    parser.add_argument("--dies", type=int, help="of every sweep; default: as documented")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="dies at a time")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "sweep")
    parser.add_argument("--publish", action="store_true", help="write the documentation too")
    parser.add_argument("--docs", type=Path, default=DOCS)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse(arguments)))


if __name__ == "__main__":
    sys.exit(main())
