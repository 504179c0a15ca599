"""The teacher: a larger network in floating point, of which the chip's network learns.

A small residual network (K. He et al., CVPR 2016) with batch norm, trained with one cycle of the
rate (L. N. Smith, arXiv:1708.07120). Nothing of it reaches the chip: its opinions on the training
images are targets beside the labels (G. Hinton et al., arXiv:1503.02531).
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from scripts.training import checkpoint
from scripts.training.data import Augmenter, Images

WIDTHS = (16, 32, 64, 128)
MEAN, SCALE = 0.47, 0.25  # of the pixels, 0..1
MOMENTUM, DECAY, SMOOTHING, RISE = 0.9, 5e-4, 0.1, 0.2
EVALUATION_BATCH = 500


@dataclass(frozen=True)
class TeacherRecipe:
    """What decides the teacher."""

    seed: int
    epochs: int
    batch: int = 256
    rate: float = 0.4


class Teacher(nn.Module):
    """Three poolings, two residual blocks, 24 million multiplications an image."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        first, second, third, fourth = WIDTHS
        self.stem = _block(channels, first)
        self.wide = _block(first, second)
        self.inner = nn.Sequential(_block(second, second), _block(second, second))
        self.deep = _block(second, third)
        self.top = _block(third, fourth)
        self.outer = nn.Sequential(_block(fourth, fourth), _block(fourth, fourth))
        self.classes = nn.Linear(fourth, classes, bias=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) of inputs 0..1 (n, channels, height, width)."""
        x = ((inputs - MEAN) / SCALE).contiguous(memory_format=torch.channels_last)
        x = functional.max_pool2d(self.wide(self.stem(x)), 2)
        x = functional.max_pool2d(self.deep(x + self.inner(x)), 2)
        x = functional.max_pool2d(self.top(x), 2)
        x = x + self.outer(x)
        logits: torch.Tensor = self.classes(x.amax((2, 3))) * 0.25
        return logits


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class TeacherTrainer:
    """Trains a teacher; every epoch ends with a checkpoint."""

    def __init__(self, recipe: TeacherRecipe, training: Images, classes: int, kept: Path) -> None:
        torch.manual_seed(recipe.seed)
        self._recipe, self._labels, self._checkpoint = recipe, training.labels, kept
        self._augmenter = Augmenter(training.pixels)
        self.teacher = Teacher(training.pixels.shape[1], classes)
        self.teacher.to(memory_format=torch.channels_last)
        self._steps = len(self._labels) // recipe.batch
        self._optimizer = torch.optim.SGD(
            self.teacher.parameters(), recipe.rate, MOMENTUM, weight_decay=DECAY, nesterov=True
        )
        self._epoch = 0
        if kept.exists():
            self._resume()

    def run(self, holdout: Images) -> Teacher:
        """Train the remaining epochs."""
        while self._epoch < self._recipe.epochs:
            started = time.monotonic()
            loss = self._train_epoch()
            self._epoch += 1
            print(
                f"teacher {self._epoch}/{self._recipe.epochs} loss {loss:.4f} hold-out "
                f"{100 * teacher_accuracy(self.teacher, holdout):.2f} % "
                f"{time.monotonic() - started:.1f} s",
                flush=True,
            )
            self._save()
        return self.teacher.eval()

    def _train_epoch(self) -> float:
        generator = torch.Generator().manual_seed(self._recipe.seed * 200_003 + self._epoch)
        order = torch.randperm(len(self._labels), generator=generator)
        self.teacher.train()
        total = 0.0
        for step in range(self._steps):
            index = order[step * self._recipe.batch : (step + 1) * self._recipe.batch]
            self._set_rate(step)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = self.teacher(self._augmenter.batch(index, generator))
            loss = functional.cross_entropy(
                logits.float(), self._labels[index], label_smoothing=SMOOTHING
            )
            self._optimizer.zero_grad()
            torch.autograd.backward(loss)
            self._optimizer.step()
            total += loss.item()
        return total / self._steps

    def _set_rate(self, step: int) -> None:
        """Linear rise, then linear fall to zero."""
        done = (self._epoch + step / self._steps) / self._recipe.epochs
        part = done / RISE if done < RISE else (1 - done) / (1 - RISE)
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.rate * part

    def _save(self) -> None:
        state = {
            "teacher": self.teacher.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "epoch": self._epoch,
        }
        checkpoint.save(self._checkpoint, asdict(self._recipe), state)

    def _resume(self) -> None:
        state = checkpoint.load(self._checkpoint, asdict(self._recipe))
        self.teacher.load_state_dict(state["teacher"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._epoch = state["epoch"]


def teacher_accuracy(teacher: Teacher, images: Images) -> float:
    """Share of right labels."""
    teacher.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(images.labels), EVALUATION_BATCH):
            part = images.part(start, start + EVALUATION_BATCH)
            right += int((teacher(part.pixels.float() / 255).argmax(1) == part.labels).sum())
    return right / len(images.labels)
