"""The training loop: schedule, averaging, choosing, checkpoints."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.nn import functional

from chips import Chip
from chips.weights import Weights, save_weights
from scripts.training import checkpoint
from scripts.training.data import Images
from scripts.training.network import Parameters, chip_weights, forward
from scripts.training.noise import CellErrors, NoiseBank
from scripts.training.teacher import TeacherRecipe, TeacherTrainer
from scripts.training.views import Views

HOLDOUT_NOISE_SEED = 7
EVALUATION_BATCH = 500


@dataclass(frozen=True)
class Recipe:
    """Everything that, with the data and the thread count, decides the result."""

    chip: str
    seed: int
    epochs_float: int
    epochs_noisy: int
    batch: int = 128
    rate: float = 0.2  # of Adam, in weight codes
    gain_rate: float = 0.02  # of the logarithmic gains, relative to `rate`
    warmup_epochs: int = 2
    temperature: float = 4.0  # of the softmax over outputs in V_fs
    average: float = 0.999  # decay of the averaged parameters, per step
    views: int = 32  # fixed augmentations that the teacher has judged
    teacher_share: float = 0.7  # of the target; the rest is the label
    stuck: float = 1e-4  # of the cells, other ones in every step
    teacher_epochs: int = 36

    @property
    def epochs(self) -> int:
        """Epochs in all."""
        return self.epochs_float + self.epochs_noisy


def accuracy(chip: Chip, weights: Weights, images: Images, noise_seed: int | None) -> float:
    """Share of right labels; `noise_seed` None is the noise-free network."""
    noise = None
    if noise_seed is not None:
        noise = NoiseBank(chip, torch.Generator().manual_seed(noise_seed))
    effective, right = chip_weights(chip, weights), 0
    with torch.no_grad():
        for start in range(0, len(images.labels), EVALUATION_BATCH):
            part = images.part(start, start + EVALUATION_BATCH)
            outputs = forward(chip, effective, part.pixels.float() / 255, noise)
            right += int((outputs.argmax(1) == part.labels).sum())
    return right / len(images.labels)


class Trainer:
    """Trains one recipe; every epoch ends with a checkpoint and, if it is the best, the weights."""

    def __init__(
        self,
        chip: Chip,
        recipe: Recipe,
        training: Images,
        holdout: Images,
        views: Views,
        kept: Path,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._chip, self._recipe, self._views = chip, recipe, views
        self._labels, self._holdout, self._checkpoint = training.labels, holdout, kept
        self._parameters = Parameters.start(chip, training.pixels[:512].float() / 255)
        self._averaged = self._parameters.copy()
        groups = [
            {"params": self._parameters.codes, "scale": 1.0},
            {"params": [self._parameters.log_gains], "scale": recipe.gain_rate},
        ]
        self._optimizer = torch.optim.Adam(groups, lr=recipe.rate, betas=(0.9, 0.99), fused=True)
        self._steps = len(self._labels) // recipe.batch
        self._epoch, self._best = 0, 0.0
        if kept.exists():
            self._resume()

    def run(self, out: Path) -> None:
        """Train the remaining epochs; `out` gets the weights that do best on the hold-out."""
        while self._epoch < self._recipe.epochs:
            started = time.monotonic()
            loss = self._train_epoch()
            weights = self._averaged.to_weights()
            clean = accuracy(self._chip, weights, self._holdout, None)
            noisy = accuracy(self._chip, weights, self._holdout, HOLDOUT_NOISE_SEED)
            self._epoch += 1
            phase = "noisy" if self._epoch > self._recipe.epochs_float else "float"
            print(
                f"epoch {self._epoch}/{self._recipe.epochs} {phase} loss {loss:.4f} "
                f"hold-out {100 * clean:.2f} % clean {100 * noisy:.2f} % noisy "
                f"{time.monotonic() - started:.1f} s",
                flush=True,
            )
            if noisy > self._best:
                self._best = noisy
                save_weights(out, self._chip, weights)
            self._save()

    def _train_epoch(self) -> float:
        """One epoch, its random numbers from seed and epoch alone; the mean loss."""
        recipe, parameters = self._recipe, self._parameters
        generator = torch.Generator().manual_seed(recipe.seed * 100_003 + self._epoch)
        noise = NoiseBank(self._chip, generator)
        errors = CellErrors(self._chip, generator, recipe.stuck)
        view = int(torch.randint(len(self._views), (), generator=generator))
        order = torch.randperm(len(self._labels), generator=generator)
        hardware = self._epoch >= recipe.epochs_float
        total = 0.0
        for step in range(self._steps):
            self._set_rate(step)
            index = order[step * recipe.batch : (step + 1) * recipe.batch]
            inputs, opinions = self._views.batch(index, view)
            weights = parameters.effective(hardware, errors if hardware else None)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                outputs = forward(self._chip, weights, inputs, noise if hardware else None)
            loss = self._loss(outputs.float(), self._labels[index], opinions)
            self._optimizer.zero_grad()
            torch.autograd.backward(loss)
            self._optimizer.step()
            parameters.clamp_codes()
            self._average(step)
            total += loss.item()
        return total / self._steps

    def _loss(
        self, outputs: torch.Tensor, labels: torch.Tensor, opinions: torch.Tensor
    ) -> torch.Tensor:
        """Cross entropy against the label and what the teacher thinks of the image."""
        share = self._recipe.teacher_share
        hard = functional.one_hot(labels, outputs.shape[1]).float()
        target = share * opinions + (1 - share) * hard
        return functional.cross_entropy(outputs * self._recipe.temperature, target)

    def _set_rate(self, step: int) -> None:
        """Linear warm-up, then half a cosine down to zero."""
        done = self._epoch + step / self._steps
        warmup = min(1.0, (done + 1 / self._steps) / self._recipe.warmup_epochs)
        decay = 0.5 + 0.5 * math.cos(math.pi * done / self._recipe.epochs)
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.rate * warmup * decay * group["scale"]

    def _average(self, step: int) -> None:
        """Let the averaged parameters follow; faster during the first steps."""
        steps = self._epoch * self._steps + step + 1
        decay = min(self._recipe.average, steps / (steps + 10))
        pairs = zip(self._averaged.tensors(), self._parameters.tensors(), strict=True)
        for average, value in pairs:
            average.lerp_(value.detach(), 1 - decay)

    def _save(self) -> None:
        """Write the checkpoint whole or not at all."""
        state = {
            "parameters": [t.detach() for t in self._parameters.tensors()],
            "averaged": self._averaged.tensors(),
            "optimizer": self._optimizer.state_dict(),
            "epoch": self._epoch,
            "best": self._best,
        }
        checkpoint.save(self._checkpoint, asdict(self._recipe), state)

    def _resume(self) -> None:
        """Continue from the checkpoint, which must come from the same recipe."""
        state = checkpoint.load(self._checkpoint, asdict(self._recipe))
        with torch.no_grad():
            pairs = [(self._parameters, "parameters"), (self._averaged, "averaged")]
            for target, key in pairs:
                for tensor, saved in zip(target.tensors(), state[key], strict=True):
                    tensor.copy_(saved)
        self._optimizer.load_state_dict(state["optimizer"])
        self._epoch, self._best = state["epoch"], state["best"]
        print(f"resumed after epoch {self._epoch}", flush=True)


def judged_views(
    chip: Chip, recipe: Recipe, training: Images, holdout: Images, beside: Path
) -> Views:
    """Views of the training images judged by a teacher that is trained first; both are kept."""
    teacher_recipe = TeacherRecipe(recipe.seed, recipe.teacher_epochs)
    kept = beside.with_name(f"{beside.stem}-teacher.pt")
    trainer = TeacherTrainer(teacher_recipe, training, chip.chip.classes, kept)
    teacher = trainer.run(holdout)
    opinions = beside.with_name(f"{beside.stem}-views.pt")
    return Views.ask(training, teacher, recipe.seed, recipe.views, opinions)
