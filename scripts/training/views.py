"""Fixed views of the training images and what the teacher says of each.

A view is one augmentation of all images. There are as many as a long training sees often enough:
asking the teacher anew in every step would take longer than the step itself.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn import functional

from chips import InputError
from scripts.training.data import Augmenter, Images
from scripts.training.teacher import Teacher

BATCH = 500


class Views:
    """Augmented inputs by view and image, with the teacher's probabilities."""

    def __init__(self, training: Images, seed: int, opinions: torch.Tensor) -> None:
        self._augmenter = Augmenter(training.pixels)
        self._places = [_places(len(training.labels), seed, view) for view in range(len(opinions))]
        self._opinions = opinions

    @classmethod
    def ask(cls, training: Images, teacher: Teacher, seed: int, count: int, kept: Path) -> Views:
        """Views with the teacher's opinions, which `kept` holds after the first time.

        Raises
        ------
        InputError
            `kept` holds those of other images or another number of views.
        """
        if kept.exists():
            opinions = torch.load(kept, weights_only=True)
            if opinions.shape[:2] != (count, len(training.labels)):
                raise InputError(f"{kept}: of {tuple(opinions.shape)}, must be {count} views")
            return cls(training, seed, opinions)
        opinions = torch.stack(
            [
                _opinions(training, teacher, _places(len(training.labels), seed, v))
                for v in range(count)
            ]
        )
        partial = kept.with_name(kept.name + ".partial")
        torch.save(opinions, partial)
        partial.replace(kept)
        return cls(training, seed, opinions)

    def batch(self, index: torch.Tensor, view: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs 0..1 and the teacher's probabilities (n, classes) of some images."""
        return (
            self._augmenter.at(index, *(place[index] for place in self._places[view])),
            self._opinions[view][index].float(),
        )

    def __len__(self) -> int:
        """Number of views."""
        return len(self._opinions)


def _places(images: int, seed: int, view: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed * 300_007 + view)
    return Augmenter.draw(images, generator)


def _opinions(training: Images, teacher: Teacher, places: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Probabilities of one view, float16 (n, classes)."""
    augmenter, found = Augmenter(training.pixels), []
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(training.labels), BATCH):
            index = torch.arange(start, min(start + BATCH, len(training.labels)))
            inputs = augmenter.at(index, *(place[index] for place in places))
            found.append(functional.softmax(teacher(inputs).float(), 1).half())
    return torch.cat(found)
