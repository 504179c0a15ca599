"""One task: a die is made and classifies the images."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np

from pymodel.die import make_die
from pymodel.noise import Effects
from scripts.run_definition import load
from scripts.sweeping.definition import Definition, Task


@dataclass(frozen=True)
class Result:
    """What a die has shown.

    at, die: the task. correct: of its images. wrong, partial: cells that were read as the other
    state, and cells whose gate is only partly on. labels: hash of all labels.
    """

    at: tuple[float, ...]
    die: int
    correct: int
    wrong: int
    partial: int
    labels: str

    @property
    def task(self) -> Task:
        """Which it was."""
        return Task(self.at, self.die)

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The result that was written as one line."""
        values = json.loads(text)
        return cls(**{**values, "at": tuple(values["at"])})


def run_task(task: Task, definition: Definition) -> Result:
    """Make the die of a task and classify the images; the same on any worker.

    The noise of image i of die d is the same at all points, so their differences are those of the
    parameters.

    Raises
    ------
    InputError
        A point that the chip cannot have, or other files or sources than the definition's.
    """
    inputs = load(definition)
    die = make_die(
        inputs.chip,
        inputs.device,
        inputs.weights,
        definition.point(task),
        seed=definition.seed,
        die=task.die,
        effects=Effects.all() if definition.noise else Effects.none(),
    )
    labels = die.network.labels(inputs.images.pixels).astype(np.uint8)
    return Result(
        at=task.at,
        die=task.die,
        correct=int(np.sum(labels == inputs.images.labels)),
        wrong=die.wrong,
        partial=die.partial,
        labels=hashlib.sha256(labels.tobytes()).hexdigest()[:16],
    )
