"""How well the weights of a chip classify: without noise, with it, over dies, beside the published.

python scripts/accuracy.py --data data/cifar10
python scripts/accuracy.py --data data/cifar10 --publish     # docs/accuracy.md and its plots

A run that was stopped goes on where it was. Exit status: 0 done, 1 a run failed or plain algebra
and the model without effects differ, 2 unusable input.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

import argparse
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import load_chip  # noqa: E402
from chips.images import image_file, load_images  # noqa: E402
from chips.weights import default_weights  # noqa: E402
from scripts.accuracy_report.definition import Definition  # noqa: E402
from scripts.accuracy_report.float_reference import float_reference  # noqa: E402
from scripts.accuracy_report.page import markdown  # noqa: E402
from scripts.accuracy_report.plots import write_plots  # noqa: E402
from scripts.accuracy_report.report import Report, report_of, share  # noqa: E402
from scripts.accuracy_report.task import Result, run_task  # noqa: E402
from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.line_store import LineStore  # noqa: E402
from scripts.run_definition import load  # noqa: E402
from scripts.run_store import open_store  # noqa: E402
from scripts.workers import process_pool, run_in_pool  # noqa: E402
from sim.runner import require_seed  # noqa: E402

DOCS = ROOT / "docs"


def run(args: argparse.Namespace) -> int:
    """Make the report that the command line asks for; the exit status."""
    require_positive("JOBS", args.jobs)
    definition = define(args)
    inputs, reference = load(definition), float_reference(Path(definition.weights))
    folder = args.out / definition.digest[:12]
    with open_store(folder, definition, Result.from_json) as store:
        if not run_missing(args.jobs, definition, store):
            return 1
        report = report_of(definition, inputs, store.results, reference)
    write(report, folder / "accuracy.md", folder / "plots")
    print((folder / "accuracy.md").read_text())
    print(f"wrote {folder / 'accuracy.md'} and plots/")
    if args.publish:
        write(report, args.docs / "accuracy.md", args.docs / "plots")
        print(f"wrote {args.docs / 'accuracy.md'} and plots/")
    return 0 if report.golden_differ == 0 else 1


def define(args: argparse.Namespace) -> Definition:
    """The report that the command line asks for, with what it leaves open filled in."""
    chip = load_chip(args.chip)
    weights = str(Path(args.weights).resolve() if args.weights else default_weights(chip))
    data = image_file(chip, args.data)
    return Definition(
        chip=args.chip,
        device=args.device or chip.chip.device,
        weights=weights,
        data=str(data),
        images=len(load_images(data, chip)) if args.images is None else args.images,
        runs=args.runs,
        seed=require_seed(args.seed),
        hashes=Definition.hashes_of(weights, str(data)),
    )


def run_missing(jobs: int, definition: Definition, store: LineStore[Result]) -> bool:
    """Do all runs that have no result yet; whether every one is done."""
    there = {result.task for result in store.results}
    tasks = [task for task in definition.tasks if task not in there]
    if not tasks:
        return True
    truth, whole = load(definition).images.labels, True
    work = partial(run_task, definition=definition)
    for done in run_in_pool(process_pool(min(jobs, len(tasks))), work, tasks):
        name = f"{done.task.series} {done.task.number}"
        if done.result is None:
            print(f"{name}: {done.error}", file=sys.stderr, flush=True)
            whole = False
            continue
        store.add(done.result)
        count = f"{len(store.results)}/{len(definition.tasks)}"
        percent = share(truth == done.result.labels)
        print(f"{count} {name}: {percent:.2f} %", file=sys.stderr, flush=True)
    return whole


def write(report: Report, page: Path, plots: Path) -> None:
    """Write the page, its plots and beside them their data."""
    plots.mkdir(parents=True, exist_ok=True)
    (plots / "accuracy.json").write_text(report.to_json())
    write_plots(plots, report)
    page.write_text("\n".join(markdown(report)) + "\n")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="How well the weights of a chip classify.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--device", help="cell parameter set; default: that of the chip")
    parser.add_argument("--weights", help="weight file; default: that of the chip")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--images", type=int, help="the first of them; default: all")
    parser.add_argument("--runs", type=int, default=20, help="draws of noise, and dies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "accuracy")
    parser.add_argument("--publish", action="store_true", help="write the documentation too")
    parser.add_argument("--docs", type=Path, default=DOCS)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse(arguments)))


if __name__ == "__main__":
    sys.exit(main())
