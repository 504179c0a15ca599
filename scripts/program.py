"""Program the chip cell by cell through its RTL, and report how it went.

python scripts/program.py --chip cifar10 --seed 1
python scripts/program.py --stuck 0.001

Exit status: 0 everything held, 1 a check failed, 2 unusable input.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status, repeat  # noqa: E402
from scripts.inference.report import write_summary  # noqa: E402
from scripts.programming.analysis import analyse  # noqa: E402
from scripts.programming.checks import checks  # noqa: E402
from scripts.programming.job import ProgramJob, load, make_job  # noqa: E402
from scripts.programming.result import ProgramResult  # noqa: E402
from scripts.programming.summary import summary  # noqa: E402
from scripts.programming.table import table  # noqa: E402
from sim.benches import BENCHES  # noqa: E402
from sim.runner import run_bench  # noqa: E402
from tb.sequence.report import Report, read_report  # noqa: E402

TEST = "every_cell_is_programmed"
RESULTS = ("rtl.npz", "host.csv", "words.hex", "summary.json")


def run(args: argparse.Namespace) -> int:
    """Run the job that the command line asks for; the exit status."""
    job = make_job(
        chip=args.chip,
        device=args.device,
        weights=args.weights,
        stuck=args.stuck,
        defects=args.defects,
        data=args.data,
        seed=args.seed,
    )
    inputs, out = load(job), args.out.resolve()
    properties = simulate(job, out)
    found = analyse(job, inputs, ProgramResult.read(out / "rtl.npz"), properties)
    verdicts = checks(found)
    write_summary(out / "summary.json", summary(found, verdicts))
    print(table(found, verdicts, out))
    print(f"wrote {out / 'summary.json'}")
    return 0 if all(check.passed for check in verdicts) else 1


def simulate(job: ProgramJob, out: Path) -> Report:
    """Run the job in the simulator, results in `out`; what the checker of the pins said."""
    out.mkdir(parents=True, exist_ok=True)
    for name in RESULTS:
        (out / name).unlink(missing_ok=True)
    job.write(out / "job.json")
    results = run_bench(
        BENCHES["program"],
        chip=job.chip,
        test=TEST,
        seed=job.seed,
        plusargs=("+cnr_properties",),
        extra_env={"CNR_OUT": str(out)},
        stderr_to_terminal=True,
        repeat=repeat(),
    )
    return read_report(results.with_name("sim.log").read_text(errors="replace"))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Program the chip and report.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--device", help="cell parameter set; default: that of the chip")
    parser.add_argument("--weights", help="weight file; default: that of the chip")
    parser.add_argument("--stuck", type=float, help="fraction of the cells that is stuck, drawn")
    parser.add_argument("--defects", help="file of stuck cells: layer,filter,row,bit,state")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "program")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
