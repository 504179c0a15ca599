"""Program the chip through its RTL, classify images, and compare with both references.

python scripts/infer.py --chip cifar10 --seed 1
python scripts/infer.py --data data/cifar10 --images 1000

Exit status: 0 everything held, 1 a check failed, 2 unusable input.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status, repeat  # noqa: E402
from scripts.inference.compare import compare  # noqa: E402
from scripts.inference.job import load, make_job  # noqa: E402
from scripts.inference.report import checks, summary, table, write_summary  # noqa: E402
from scripts.inference.result import RtlResult  # noqa: E402
from sim.benches import BENCHES  # noqa: E402
from sim.runner import run_bench  # noqa: E402


def run(args: argparse.Namespace) -> int:
    """Run the job that the command line asks for; the exit status."""
    job = make_job(
        chip=args.chip,
        device=args.device,
        weights=args.weights,
        data=args.data,
        images=args.images,
        noise=args.noise,
        mode=args.mode,
        power_gate=args.power_gate,
        seed=args.seed,
    )
    inputs = load(job)
    args.out.mkdir(parents=True, exist_ok=True)
    job_file, result_file = args.out / "job.json", args.out / "rtl.npz"
    job.write(job_file)
    for result in (result_file, args.out / "summary.json"):
        result.unlink(missing_ok=True)
    results = run_bench(
        BENCHES["infer"],
        chip=job.chip,
        seed=job.seed,
        waves=args.waves,
        extra_env={"CNR_JOB": str(job_file), "CNR_RESULT": str(result_file)},
        stderr_to_terminal=True,
        repeat=repeat(),
    )
    rtl = RtlResult.read(result_file)
    compared = compare(job, inputs, rtl)
    found = checks(job, inputs, rtl, compared)
    passed = all(check.passed for check in found)
    values = {**summary(job, inputs, rtl, compared), "passed": passed}
    write_summary(args.out / "summary.json", values)
    print(table(inputs, rtl, compared, found))
    print(f"wrote {args.out / 'summary.json'}")
    if args.waves:
        print(f"waves {results.parent / 'dump.fst'}")
    return 0 if passed else 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Program the chip, classify images, compare.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--device", help="cell parameter set; default: that of the chip")
    parser.add_argument("--weights", help="weight file; default: that of the chip")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--images", type=int, help="how many go through the RTL")
    parser.add_argument("--noise", default="on", help="on or off")
    parser.add_argument("--mode", default="sequential", help="sequential or pipelined")
    parser.add_argument("--power-gate", action="store_true", help="bias only around layer clocks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--waves", action="store_true", help="record dump.fst")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "infer")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
