"""Random networks and images, and the phases that take an image through the macro."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.weights import Weights
from pymodel.macro import Macro, Phases
from pymodel.network import Network

CLOCK_PS = 1000


def random_weights(chip: Chip, seed: int = 1) -> Weights:
    """Codes over the whole range, and gains that neither starve nor flood the stages."""
    rng = np.random.default_rng(seed)
    limit = chip.chip.code_max
    codes, t_ctrl, cf_sel = [], [], []
    for geometry in chip.geometry:
        shape = (geometry.filters, geometry.rows)
        codes.append(rng.integers(-limit, limit + 1, shape).astype(np.int8))
        wanted = 1.5 / (limit * geometry.rows**0.5)
        select = 0
        while chip.gain(chip.phases.t_ctrl_max_cycles // 2, select) > wanted:
            select += 1
        cf_sel.append(min(select, 2**chip.mac.cf_sel_bits - 1))
        t_ctrl.append(int(rng.integers(16, chip.phases.t_ctrl_max_cycles + 1)))
    return Weights(tuple(codes), tuple(t_ctrl), tuple(cf_sel))


def random_images(chip: Chip, count: int, seed: int = 2) -> npt.NDArray[np.uint8]:
    """Images uint8 (count, channels, height, width)."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, *chip.geometry[0].in_shape), dtype=np.uint8)


class Sequencer:
    """The compute pins of a macro, moved in system clocks as the layer sequencer does."""

    def __init__(self, chip: Chip, macro: Macro, weights: Weights, start_s: float = 0.0) -> None:
        self.chip, self.macro, self.weights = chip, macro, weights
        self.clock_ps = chip.clock.clk_period_ns * CLOCK_PS
        self.now_ps = round(start_s * 1e12)
        self.rst = self.en = self.sample = 0
        self.bias = (1 << len(chip.layers)) - 1
        self.decisions = 0  # of the last layer clock

    @property
    def now_s(self) -> float:
        """Time in seconds."""
        return self.now_ps * 1e-12

    def wait(self, clocks: int) -> None:
        """Let time pass."""
        self.now_ps += clocks * self.clock_ps

    def put(self, **pins: int) -> None:
        """Change compute pins now."""
        for name, value in pins.items():
            setattr(self, name, value)
        self.macro.phases(
            Phases(self.rst, self.en, self.sample, self.bias, self.weights.cf_sel, self.now_s)
        )

    def reset(self, layers: int, clocks: int | None = None) -> None:
        """Reset integrators, then the gap."""
        self.put(rst=layers)
        self.wait(self.chip.phases.reset_cycles if clocks is None else clocks)
        self.put(rst=0)
        self.wait(self.chip.phases.gap_cycles)

    def integrate(self, layers: int, clocks: int) -> None:
        """Integrate for some clocks, then the gap."""
        self.put(en=layers)
        self.wait(clocks)
        self.put(en=0)
        self.wait(self.chip.phases.gap_cycles)

    def take(self, layers: int) -> None:
        """Sample."""
        self.put(sample=layers)
        self.wait(self.chip.phases.sample_cycles)
        self.put(sample=0)

    def layer(self, k: int) -> None:
        """One layer through one layer clock."""
        start_ps = self.now_ps
        self.reset(1 << k)
        self.integrate(1 << k, self.weights.t_ctrl[k])
        self.take(1 << k)
        self.end_layer_clock(start_ps, last=k == len(self.weights.t_ctrl) - 1)

    def all_layers(self) -> None:
        """All layers at once through one layer clock, sampling together (pipelined mode)."""
        start_ps, layers = self.now_ps, range(len(self.weights.t_ctrl))
        self.reset(self.bias)
        self.put(en=self.bias)
        for clock in range(1, max(self.weights.t_ctrl) + 1):
            self.wait(1)
            ended = sum(1 << k for k in layers if self.weights.t_ctrl[k] == clock)
            if ended:
                self.put(en=self.en & ~ended)
        self.wait(self.chip.phases.gap_cycles)
        self.take(self.bias)
        self.end_layer_clock(start_ps)

    def end_layer_clock(self, start_ps: int, last: bool = True) -> None:
        """Strobe the comparators after the last layer, then go to the end of the layer clock."""
        self.wait(self.chip.phases.gap_cycles)
        if last:
            self.decisions = self.compare()
        self.now_ps = start_ps + self.chip.clock.layer_period_cycles * self.clock_ps

    def compare(self) -> int:
        """Strobe the comparators."""
        return self.macro.compare((0,) * self.chip.chip.classes, self.now_s)

    def image(self, pixels: npt.NDArray[np.uint8]) -> int:
        """One image from load to decisions."""
        self.macro.load_image(pixels.ravel())
        self.wait(self.chip.clock.layer_period_cycles)
        for k in range(len(self.chip.layers)):
            self.layer(k)
        return self.decisions


def same_outputs(network: Network, macro: Macro, image: npt.NDArray[np.uint8], index: int) -> bool:
    """Whether the macro holds, bit for bit, what the network computes for image `index`."""
    outputs = network.forward(image[None], index)
    return all(np.array_equal(layer[0], macro.held_v(k)) for k, layer in enumerate(outputs.layers))
