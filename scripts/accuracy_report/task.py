"""One run: a network labels all images."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from pymodel.die import Point, make_die
from pymodel.noise import Effects
from scripts.accuracy_report.definition import Definition, Series, Task
from scripts.run_definition import Inputs, load
from tb.reference.network import golden_label

DRAW_IMAGES = 2**32  # between the numbers of the first images of two draws of noise
STATIC = replace(Effects.all(), stage_noise=False, read_noise=False, comparator_noise=False)
DRAWN_DIE = 0  # of the draws of noise; the dies have the numbers from 1 on


@dataclass(frozen=True)
class Result:
    """Labels that a run has given to the images, in their order."""

    series: Series
    number: int
    labels: tuple[int, ...]

    @property
    def task(self) -> Task:
        """Which it was."""
        return Task(self.series, self.number)

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The result that was written as one line."""
        values = json.loads(text)
        return cls(Series(values["series"]), int(values["number"]), tuple(values["labels"]))


def run_task(task: Task, definition: Definition) -> Result:
    """Label the images; the same on any worker.

    Raises
    ------
    InputError
        Files or sources that are not those of the definition.
    """
    inputs = load(definition)
    if task.series is Series.GOLDEN:
        labels = [golden_label(inputs.chip, inputs.weights, p) for p in inputs.images.pixels]
    else:
        labels = _model_labels(inputs, definition.seed, task)
    return Result(task.series, task.number, tuple(map(int, labels)))


def _model_labels(inputs: Inputs, seed: int, task: Task) -> list[int]:
    """Labels of a die whose cells were drawn and read."""
    effects = {Series.CLEAN: Effects.none(), Series.STATIC: STATIC}.get(task.series, Effects.all())
    drawn = task.series is Series.NOISE
    die = make_die(
        inputs.chip,
        inputs.device,
        inputs.weights,
        Point(),
        seed=seed,
        die=DRAWN_DIE if drawn else task.number,
        effects=effects,
    )
    first = DRAW_IMAGES * task.number if drawn else 0
    labels: list[int] = die.network.labels(inputs.images.pixels, first).tolist()
    return labels
