"""Holds what the chip gave against the two references.

Without noise the reference is plain algebra on the weight file (`tb.reference`); with noise it is
the analog model alone, with the same seed, without any RTL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pymodel.network import Network
from pymodel.noise import Effects
from scripts.inference.job import Inputs, Job
from scripts.inference.result import RtlResult
from tb.reference.network import golden_forward

TIE_V = 1e-5  # a smaller lead may turn on another machine


@dataclass(frozen=True)
class Comparison:
    """Fractions are 0..1; `analog_error` is in parts of full scale.

    images_model: images that only the model alone classified, beside those through the RTL.
    close_images: images through the RTL whose two best outputs are within 1e-5 of full scale.
    """

    label_match: float
    analog_error: float
    noisy_match: float | None
    images_model: int
    accuracy: float
    close_images: int


def compare(job: Job, inputs: Inputs, rtl: RtlResult) -> Comparison:
    """Compare a run with golden labels and outputs, and with the model alone."""
    golden = [
        golden_forward(inputs.chip, inputs.weights, image)
        for image in inputs.images.pixels[: inputs.ideal_images]
    ]
    golden_labels = np.array([outputs[-1].argmax() for outputs in golden])
    v_fs_v = inputs.chip.mac.v_fs_v
    error = max(
        float(np.abs(np.stack([outputs[k].ravel() for outputs in golden]) - ours_v / v_fs_v).max())
        for k, ours_v in enumerate(rtl.ideal_outputs)
    )
    effects = Effects.all() if job.noise else Effects.none()
    network = Network(inputs.chip, inputs.weights, effects=effects, seed=job.seed)
    result = network.forward(inputs.images.pixels)
    final = np.sort(result.layers[-1].reshape(len(inputs.images), -1), axis=1)
    count = len(rtl.labels)
    labels = np.concatenate([rtl.labels, result.labels[count:]])
    return Comparison(
        label_match=float(np.mean(golden_labels == rtl.ideal_labels)),
        analog_error=error,
        noisy_match=float(np.mean(result.labels[:count] == rtl.labels)) if job.noise else None,
        images_model=len(inputs.images) - count,
        accuracy=float(np.mean(labels == inputs.images.labels)),
        close_images=int(np.sum(final[:count, -1] - final[:count, -2] < TIE_V)),
    )
