"""The report as `docs/accuracy.md`: every number comes from the report."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scripts.accuracy_report.definition import Series
from scripts.accuracy_report.figures import (
    class_percents,
    interval,
    likely_errors,
    loss,
    loss_error,
    mean_and_spread,
    together,
)
from scripts.accuracy_report.published import PUBLISHED, Published
from scripts.accuracy_report.report import Report

ERRORS_SHOWN = 5
CLAIMED_LOSS = 1.5  # percentage points at the most, Amer 2024

INTRODUCTION = (
    "# Accuracy of the weights",
    "",
    "<!-- Written by `make accuracy PUBLISH=1`; do not edit. -->",
    "",
    "```sh",
    "make accuracy DATA=data/cifar10                  # into build/accuracy/<hash>",
    "make accuracy DATA=data/cifar10 WEIGHTS=my.npz   # of other weights",
    "make accuracy DATA=data/cifar10 PUBLISH=1        # this page, its plots, plots/accuracy.json",
    "```",
    "",
    "A run that was stopped goes on with the same command. `RUNS` draws of noise and as many dies,",
    "the first `IMAGES` test images (all), `JOBS` processes; what each parameter of cells and",
    "circuit does to the accuracy is in [sensitivity.md](sensitivity.md).",
)
SERIES = (
    (Series.GOLDEN, "codes, plain algebra (float64)"),
    (Series.CLEAN, "the model without any effect"),
    (Series.STATIC, "dies: mismatch, offsets, droop, ...; nothing changes from image to image"),
    (Series.NOISE, "every effect, one die, noise drawn anew"),
    (Series.DIES, "every effect, other die and other noise"),
)


def markdown(report: Report) -> Iterator[str]:
    """Lines of the page."""
    yield from INTRODUCTION
    yield from ("", _subject(report))
    if not report.real:
        yield from ("", "**These are not the test images of CIFAR-10: no accuracy to compare.**")
    for part in (_accuracy, _spreads, _number_of_images, _classes):
        yield ""
        yield from part(report)
    if report.real:
        yield ""
        yield from _comparison(report)


def _subject(report: Report) -> str:
    definition = report.definition
    return (
        f"{report.bits.split()[0]}-bit weights `{definition['weights']}` (SHA-256 "
        f"{definition['hashes'][0][:12]}) of chip "
        f"`{definition['chip']}`, cells `{definition['device']}`, the first {report.images:,} "
        f"images of `{definition['data']}`, seed {definition['seed']}."
    )


def _accuracy(report: Report) -> Iterator[str]:
    yield from ("## Accuracy", "", "| network | runs | accuracy % | labels changed % |")
    yield from ("|---|---:|---:|---:|", f"| float32, before rounding | | {_float(report)} | |")
    for series, text in SERIES:
        runs = [run for run in report.runs if run.series is series]
        flipped = sum(run.flipped_percent for run in runs) / len(runs)
        percents = [run.percent for run in runs]
        shown = mean_and_spread(percents) if len(runs) > 1 else f"{percents[0]:.2f}"
        yield f"| {text} | {len(runs)} | {shown} | {flipped:.2f} |"
    yield from ("", f"±: standard deviation over the runs. {_golden(report)}")
    within = "below" if loss(report) < CLAIMED_LOSS else "not below"
    yield (
        f"All effects together cost **{loss(report):.2f} points**, ± {loss_error(report):.2f} over "
        f"the dies and ± {report.loss_error_percent:.2f} over the images (standard errors), "
        f"{within} the {CLAIMED_LOSS} that Amer 2024 claims for the stage noise alone."
    )
    yield (
        f"Other images would give {interval(report.clean, report.images)} % without and "
        f"{interval(report.mean(Series.DIES), report.images)} % with the effects (Wilson, 95 %)."
    )


def _float(report: Report) -> str:
    kept = report.float_reference
    return "not kept" if kept is None else f"{kept.percent:.2f} on {kept.images:,} images"


def _golden(report: Report) -> str:
    if report.golden_differ == 0:
        return "Algebra and model without effects give every image the same label."
    return f"Algebra and model without effects differ on {report.golden_differ} images."


def _spreads(report: Report) -> Iterator[str]:
    yield from ("## Noise and dies apart", "", "![Accuracy of every run](plots/accuracy_runs.svg)")
    noise, static, dies = (
        mean_and_spread(report.percents(series)).partition("± ")[2]
        for series in (Series.NOISE, Series.STATIC, Series.DIES)
    )
    yield from (
        "",
        f"Noise moves the accuracy of one die by {noise} points from pass to pass; without noise",
        f"dies differ by {static}. Both together would be {together(report):.2f} if they add like",
        f"independent errors; dies with noise show {dies}. A standard deviation of",
        f"{len(report.percents(Series.DIES))} runs is itself known to {_known(report):.0f} %.",
    )


def _known(report: Report) -> float:
    """Relative standard error of a standard deviation of normal numbers, in percent."""
    return 100 / math.sqrt(2 * max(len(report.percents(Series.DIES)) - 1, 1))


def _number_of_images(report: Report) -> Iterator[str]:
    yield from ("## How many images", "", "| first images | clean % | every effect % | loss |")
    yield "|---:|---:|---:|---:|"
    for row in report.first:
        lost = row.clean_percent - row.noisy_percent
        numbers = f"{row.clean_percent:.2f} | {row.noisy_percent:.2f} | {lost:.2f}"
        yield f"| {row.images:,} | {numbers} |"
    yield from (
        "",
        "The same rows reach to 10,000 where `test_batch.bin` holds as many.",
    )


def _classes(report: Report) -> Iterator[str]:
    clean, noisy = (class_percents(m) for m in (report.confusion_clean, report.confusion_noisy))
    yield from ("## Classes", "", "![Accuracy by class](plots/accuracy_classes.svg)", "")
    yield from ("| class | images | clean % | every effect % | loss |", "|---|---:|---:|---:|---:|")
    rows = zip(report.classes, report.confusion_clean, clean, noisy, strict=True)
    for name, counts, before, after in rows:
        yield f"| {name} | {sum(counts):.0f} | {before:.1f} | {after:.1f} | {before - after:.1f} |"
    yield from ("", "![Confusion matrices](plots/accuracy_confusion.svg)", "")
    yield "Most frequent mistakes, in images, without effects and as the mean of all dies:"
    yield from ("", "| is | labelled | clean | every effect |", "|---|---|---:|---:|")
    for true, given in likely_errors(report.confusion_noisy, ERRORS_SHOWN):
        before, after = (m[true][given] for m in (report.confusion_clean, report.confusion_noisy))
        names = f"{report.classes[true]} | {report.classes[given]}"
        yield f"| {names} | {before:.0f} | {after:.1f} |"


def _comparison(report: Report) -> Iterator[str]:
    yield from ("## Beside the published", "", "![Beside](plots/accuracy_comparison.svg)", "")
    yield "All CIFAR-10 as Amer 2024 prints it; the difference is ours with every effect minus"
    yield from ("theirs, in points. Bits are those of a weight / of an activation.", "")
    yield "| design | accuracy % | difference | network | bits | computing | what differs |"
    yield "|---|---:|---:|---|---|---|---|"
    ours = report.mean(Series.DIES)
    what = f"| {report.layers} layers | {report.bits} | analog, near memory | this model,"
    yield f"| **here, every effect** | {ours:.2f} | {what} mean of all dies |"
    yield f"| **here, no effect** | {report.clean:.2f} | {report.clean - ours:+.2f} {what} ideal |"
    yield from (_published(row, ours) for row in PUBLISHED)


def _published(row: Published, ours: float) -> str:
    numbers = "- | " if row.percent is None else f"{row.percent:g} | {ours - row.percent:+.2f}"
    return (
        f"| {row.name} | {numbers} | {row.network} | {row.bits} | {row.computing} | {row.differs} |"
    )
