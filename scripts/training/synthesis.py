"""Pictures made from the weights alone: what the network takes for its classes."""

from __future__ import annotations

import torch
from torch.nn import functional

from chips import Chip
from chips.weights import Weights
from scripts.training.network import chip_weights, forward
from scripts.training.noise import NoiseBank

PAINT_STEPS = 160
PAINT_RATE = 0.03
SMOOTHING_EVERY = 8  # steps
SOLE_V, SHARED_V, OTHERS_V = 0.9, 0.5, -0.7  # wanted outputs; none is saturated
CLOSE_LEAD_V = (0.004, 0.036)  # of a picture near a boundary; 2 % of the 2 V_fs range is 0.04
CLEAR_LEAD_V = 0.6  # of the others, at the least
NOISE_DRAWS = 64  # in all of which the others keep their label
WALK_STEPS = 60
WALK_STRIDE_V = 0.2


class Painter:
    """Makes pictures for one network; deterministic for a given generator.

    Pictures are byte values, int64 (n, channels, height, width); labels int64 (n,); `close`,
    bool (n,), tells which shall lie near a class boundary. A lead is the output of the label
    minus the highest other one in the noise-free network, in units of V_fs.
    """

    def __init__(self, chip: Chip, weights: Weights, generator: torch.Generator) -> None:
        self._chip = chip
        self._weights = chip_weights(chip, weights)
        self._generator = generator
        self._noise = NoiseBank(chip, generator)

    def pictures(self, labels: torch.Tensor, close: torch.Tensor) -> torch.Tensor:
        """Paint one class each, or, near a boundary, the class and a random rival."""
        classes = self._chip.chip.classes
        step = torch.randint(1, classes, labels.shape, generator=self._generator)
        rivals = torch.where(close, (labels + step) % classes, labels)
        pictures = self._paint(labels, rivals)
        low, high = CLOSE_LEAD_V
        leads = low + (high - low) * torch.rand(int(close.sum()), generator=self._generator)
        pictures[close] = self._walk_to_lead(pictures[close], labels[close], leads)
        return pictures

    def fit(
        self, pictures: torch.Tensor, labels: torch.Tensor, close: torch.Tensor
    ) -> torch.Tensor:
        """Which pictures are what they should be, bool (n,)."""
        leads = self.leads(pictures, labels)
        near = (leads > CLOSE_LEAD_V[0] / 2) & (leads < CLOSE_LEAD_V[1])
        clear = (leads > CLEAR_LEAD_V) & self._keeps_label(pictures, labels)
        return torch.where(close, near, clear)

    def leads(self, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Leads of the labels (n,)."""
        with torch.no_grad():
            return _leads(forward(self._chip, self._weights, pictures / 255), labels)

    def _paint(self, labels: torch.Tensor, rivals: torch.Tensor) -> torch.Tensor:
        """Descend from smooth random starts to the wanted outputs, shifted, noisy and blurred."""
        height = torch.where(labels == rivals, SOLE_V, SHARED_V)[:, None]
        wanted = torch.full((len(labels), self._chip.chip.classes), OTHERS_V)
        wanted = wanted.scatter(1, labels[:, None], height).scatter(1, rivals[:, None], height)
        pictures = self._random_start(len(labels)).requires_grad_()
        optimizer = torch.optim.Adam([pictures], lr=PAINT_RATE)
        for step in range(PAINT_STEPS):
            down, right = torch.randint(-2, 3, (2,), generator=self._generator).tolist()
            shifted = pictures.roll((down, right), (2, 3))
            outputs = forward(self._chip, self._weights, shifted, self._noise)
            optimizer.zero_grad()
            torch.autograd.backward(functional.mse_loss(outputs, wanted, reduction="sum"))
            optimizer.step()
            with torch.no_grad():
                if step % SMOOTHING_EVERY == 0:
                    pictures.copy_(_blur(pictures))
                pictures.clamp_(0, 1)
        return (pictures.detach() * 255).round().long()

    def _walk_to_lead(
        self, pictures: torch.Tensor, labels: torch.Tensor, leads: torch.Tensor
    ) -> torch.Tensor:
        """Change bytes by one until the labels have about the wanted leads.

        Every step changes a random choice of bytes, by the slopes just enough for the distance
        that is left, or for `WALK_STRIDE_V`.
        """
        for _ in range(WALK_STEPS):
            found, slopes = self._leads_and_slopes(pictures, labels)
            distance = (leads - found).clamp(-WALK_STRIDE_V, WALK_STRIDE_V)
            direction = (slopes.sign() * distance.sign()[:, None, None, None]).long()
            changed = (pictures + direction).clamp(0, 255)
            effect = (slopes * (changed - pictures) / 255).abs().flatten(1)
            order = torch.rand(effect.shape, generator=self._generator).argsort(1)
            enough = effect.gather(1, order).cumsum(1) <= distance.abs()[:, None]
            chosen = torch.zeros_like(enough).scatter(1, order, enough)
            pictures = torch.where(chosen.view(pictures.shape), changed, pictures)
        return pictures

    def _leads_and_slopes(
        self, pictures: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Leads (n,) and their gradients with respect to the inputs."""
        inputs = (pictures / 255).requires_grad_()
        leads = _leads(forward(self._chip, self._weights, inputs), labels)
        (slopes,) = torch.autograd.grad(leads.sum(), inputs)
        return leads.detach(), slopes

    def _keeps_label(self, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Whether every one of `NOISE_DRAWS` noisy passes gives the label, bool (n,)."""
        kept = torch.ones(len(labels), dtype=torch.bool)
        with torch.no_grad():
            for _ in range(NOISE_DRAWS):
                outputs = forward(self._chip, self._weights, pictures / 255, self._noise)
                kept &= outputs.argmax(1) == labels
        return kept

    def _random_start(self, n: int) -> torch.Tensor:
        """Grey with random blobs of a few sizes, 0..1."""
        channels, height, width = self._chip.geometry[0].in_shape
        start = torch.full((n, channels, height, width), 0.5)
        for cells, amplitude in ((2, 0.15), (4, 0.1), (8, 0.05)):
            blobs = torch.randn((n, channels, cells, cells), generator=self._generator)
            start += amplitude * functional.interpolate(
                blobs, size=(height, width), mode="bicubic", align_corners=False
            )
        return start.clamp(0, 1)


def _leads(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Output of the label minus the highest other one (n,)."""
    own = outputs.gather(1, labels[:, None])[:, 0]
    others = outputs.scatter(1, labels[:, None], float("-inf"))
    return own - others.amax(1)


def _blur(pictures: torch.Tensor) -> torch.Tensor:
    """Pictures convolved with (1 2 1)/4 in both directions, the border repeated."""
    channels = pictures.shape[1]
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    kernel = (line[:, None] * line).expand(channels, 1, 3, 3)
    padded = functional.pad(pictures, (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(padded, kernel, groups=channels)
