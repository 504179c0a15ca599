"""Holds what the chip gave against the two references.

Without noise the reference is plain algebra on the weight file (`tb.reference`); with noise it is
the analog model alone, with the same seed, without any RTL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pymodel.network import Network
from pymodel.noise import Effects
from scripts.inference.job import Inputs, Job
from scripts.inference.result import RtlResult
from tb.reference.network import golden_forward

TIE = 1e-5  # in full scale; a smaller lead may turn on another machine

Volts = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Comparison:
    """Fractions are 0..1; errors are the largest of any layer output, in parts of full scale.

    label_match, analog_error: the pass without noise against the golden network. noisy_match,
    model_error: the main pass against the model alone (noisy_match is None without noise).
    images_model: images that only the model alone classified, beside those through the RTL.
    close_images: images of the main pass whose two best outputs, before the errors of the
    comparators, are within 1e-5 of full scale.
    """

    label_match: float
    analog_error: float
    noisy_match: float | None
    model_error: float
    images_model: int
    accuracy: float
    close_images: int


def compare(job: Job, inputs: Inputs, rtl: RtlResult) -> Comparison:
    """Compare a run with golden labels and outputs, and with the model alone."""
    golden = golden_outputs(inputs)
    effects = Effects.all() if job.noise else Effects.none()
    network = Network(
        inputs.chip, inputs.weights, effects=effects, seed=job.seed, pipelined=job.pipelined
    )
    model = network.forward(inputs.images.pixels)
    count, v_fs_v = len(rtl.labels), inputs.chip.mac.v_fs_v
    labels = np.concatenate([rtl.labels, model.labels[count:]])
    return Comparison(
        label_match=float(np.mean(golden[-1].argmax(axis=1) == rtl.ideal_labels)),
        analog_error=largest_error([v / v_fs_v for v in rtl.ideal_outputs], golden),
        noisy_match=float(np.mean(model.labels[:count] == rtl.labels)) if job.noise else None,
        model_error=largest_error(rtl.outputs, [flat(v)[:count] for v in model.layers]) / v_fs_v,
        images_model=len(inputs.images) - count,
        accuracy=float(np.mean(labels == inputs.images.labels)),
        close_images=int(np.sum(leads(rtl.outputs[-1]) < TIE * v_fs_v)),
    )


def golden_outputs(inputs: Inputs) -> list[npt.NDArray[np.float64]]:
    """Golden outputs of every layer, (images, outputs), in full scale."""
    images = inputs.images.pixels[: inputs.ideal_images]
    by_image = [golden_forward(inputs.chip, inputs.weights, image) for image in images]
    return [flat(np.stack(outputs)) for outputs in zip(*by_image, strict=True)]


def largest_error(found: Sequence[npt.NDArray[Any]], expected: Sequence[npt.NDArray[Any]]) -> float:
    """Largest difference of any output of any layer."""
    pairs = zip(found, expected, strict=True)
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in pairs)


def leads(outputs: Volts) -> Volts:
    """Best minus second-best output of every image (n, classes)."""
    ordered = np.sort(outputs, axis=1)
    lead: Volts = ordered[:, -1] - ordered[:, -2]
    return lead


def flat(outputs: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """One row per image."""
    return outputs.reshape(len(outputs), -1)
