"""The figures of a report, from the labels of its runs."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from chips.sections import Identity
from scripts.accuracy_report.definition import Definition, Series
from scripts.accuracy_report.float_reference import FloatReference
from scripts.accuracy_report.task import Result
from scripts.run_definition import Inputs

BLOCK = 1000  # images of one line of the table over the number of images
CIFAR10 = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)

IndexArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """One run.

    percent: right labels. flipped_percent: labels other than without any effect.
    """

    series: Series
    number: int
    percent: float
    flipped_percent: float


@dataclass(frozen=True)
class FirstImages:
    """Accuracy on the first images alone, without any effect and as the mean of all dies."""

    images: int
    clean_percent: float
    noisy_percent: float


@dataclass(frozen=True)
class Report:
    """All that page and plots show.

    definition: `Definition.to_dict`. bits: of a weight / of an activation. golden_differ:
    images that plain algebra and model without effects label differently. confusion_clean,
    confusion_noisy: images by true class (row) and label (column); the second is the mean of all
    dies. loss_error_percent: standard error of the mean loss of the dies over the choice of images.
    """

    definition: dict[str, Any]
    layers: int
    bits: str
    classes: tuple[str, ...]
    golden_differ: int
    loss_error_percent: float
    float_reference: FloatReference | None
    runs: tuple[Run, ...]
    first: tuple[FirstImages, ...]
    confusion_clean: tuple[tuple[float, ...], ...]
    confusion_noisy: tuple[tuple[float, ...], ...]

    @property
    def images(self) -> int:
        """Images of every run."""
        return int(self.definition["images"])

    @property
    def real(self) -> bool:
        """Whether the images are the test images of CIFAR-10."""
        return bool(self.definition["data"] == "test_batch.bin")

    def percents(self, series: Series) -> list[float]:
        """Accuracies of the runs of a series."""
        return [run.percent for run in self.runs if run.series is series]

    @property
    def clean(self) -> float:
        """Accuracy without any effect, in percent."""
        return self.percents(Series.CLEAN)[0]

    def mean(self, series: Series) -> float:
        """Mean accuracy of a series, in percent."""
        return statistics.fmean(self.percents(series))

    def to_json(self) -> str:
        """The report as a file."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that was written to a file."""
        values = json.loads(text)
        kept = values["float_reference"]
        return cls(
            definition=values["definition"],
            layers=values["layers"],
            bits=values["bits"],
            classes=tuple(values["classes"]),
            golden_differ=values["golden_differ"],
            loss_error_percent=values["loss_error_percent"],
            float_reference=None if kept is None else FloatReference(**kept),
            runs=tuple(Run(**{**run, "series": Series(run["series"])}) for run in values["runs"]),
            first=tuple(FirstImages(**row) for row in values["first"]),
            confusion_clean=tuple(map(tuple, values["confusion_clean"])),
            confusion_noisy=tuple(map(tuple, values["confusion_noisy"])),
        )


def report_of(
    definition: Definition,
    inputs: Inputs,
    results: Sequence[Result],
    reference: FloatReference | None,
) -> Report:
    """The report of all runs of a definition."""
    classes, ident = inputs.chip.chip.classes, inputs.chip.chip
    labels = {r.task: np.array(r.labels) for r in sorted(results, key=lambda r: r.task)}
    by_series = {s: [v for task, v in labels.items() if task.series is s] for s in Series}
    truth, (clean,), dies = inputs.images.labels, by_series[Series.CLEAN], by_series[Series.DIES]
    return Report(
        definition=definition.to_dict(),
        layers=len(inputs.chip.layers),
        bits=f"{ident.weight_bits} / {_between(ident)}",
        classes=class_names(definition.chip, classes),
        golden_differ=int(np.sum(by_series[Series.GOLDEN][0] != clean)),
        loss_error_percent=_loss_error(truth, clean, dies),
        float_reference=reference,
        runs=tuple(
            Run(task.series, task.number, share(given == truth), share(given != clean))
            for task, given in labels.items()
        ),
        first=tuple(_first(count, truth, clean, dies) for count in block_ends(len(truth))),
        confusion_clean=_rows(confusion(truth, clean, classes)),
        confusion_noisy=_rows(np.mean([confusion(truth, d, classes) for d in dies], axis=0)),
    )


def _between(ident: Identity) -> str:
    """What goes from layer to layer: analog, or bits."""
    return "analog" if ident.interlayer == "analog" else str(ident.interlayer_bits)


def class_names(chip: str, classes: int) -> tuple[str, ...]:
    """Names of the classes of a chip."""
    return CIFAR10 if chip == "cifar10" else tuple(map(str, range(classes)))


def share(chosen: npt.NDArray[np.bool_]) -> float:
    """How many are true, in percent."""
    return 100 * float(chosen.mean())


def block_ends(images: int) -> list[int]:
    """Numbers of first images that are looked at: whole blocks, and all."""
    return [*range(BLOCK, images, BLOCK), images]


def _first(
    count: int, truth: npt.NDArray[np.uint8], clean: IndexArray, dies: Sequence[IndexArray]
) -> FirstImages:
    clean_percent, *each = (share(given[:count] == truth[:count]) for given in (clean, *dies))
    return FirstImages(count, clean_percent, statistics.fmean(each))


def _loss_error(
    truth: npt.NDArray[np.uint8], clean: IndexArray, dies: Sequence[IndexArray]
) -> float:
    """Standard error of the loss over the choice of images, in percentage points."""
    lost = (clean == truth) - np.mean([given == truth for given in dies], axis=0)
    return 100 * float(lost.std()) / math.sqrt(len(truth))


def confusion(truth: npt.NDArray[np.uint8], given: IndexArray, classes: int) -> IndexArray:
    """Images by true class (row) and given label (column), (classes, classes)."""
    counts = np.bincount(classes * truth.astype(np.int64) + given, minlength=classes**2)
    return counts.reshape(classes, classes)


def _rows(matrix: npt.NDArray[Any]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in matrix)
