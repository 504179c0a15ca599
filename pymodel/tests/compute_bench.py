"""A chip with preset cells whose compute pins a test moves, beside its network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from chips import Chip, load_chip
from chips.weights import Weights
from pymodel.device import load_device
from pymodel.mac import MacArray, code_gates
from pymodel.macro import Macro
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.tests.samples import Sequencer, random_images, random_weights

SEED, DIE = 9, 2


class Bench:
    """A chip with preset cells, read once, and its network."""

    def __init__(self, name: str, effects: Effects, **mac: Any) -> None:
        chip = load_chip(name)
        self.chip: Chip = replace(chip, mac=replace(chip.mac, **mac))
        self.weights: Weights = random_weights(self.chip)
        device = load_device(self.chip.chip.device)
        self.macro = Macro(self.chip, device, seed=SEED, die=DIE, effects=effects)
        self.macro.preset_weights(self.weights)
        self.macro.read_all(1e-6)
        self.pins = Sequencer(self.chip, self.macro, self.weights, 2e-6)
        self.network = self.network_of(effects)
        self.images = random_images(self.chip, 12)

    def network_of(self, effects: Effects, pipelined: bool = False) -> Network:
        """The network of this die."""
        return Network(
            self.chip, self.weights, effects=effects, seed=SEED, die=DIE, pipelined=pipelined
        )

    def held(self, layer: int = 0) -> npt.NDArray[np.float32]:
        """What the macro holds after a layer."""
        return self.macro.held_v(layer)

    def expected(self, image: int, layer: int = 0) -> npt.NDArray[np.float32]:
        """What the network computes."""
        outputs = self.network.forward(self.images[image : image + 1], image)
        only: npt.NDArray[np.float32] = outputs.layers[layer][0]
        return only

    def macs(self, weights: Weights) -> MacArray:
        """Ideal MACs of layer 0 with some weights."""
        gates = code_gates(self.chip, weights)[0]
        return MacArray.load(self.chip, 0, gates, Effects.none(), SEED, DIE)

    def start(self, image: int = 0) -> None:
        """Load an image."""
        self.macro.load_image(self.images[image].ravel())
