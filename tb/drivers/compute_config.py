"""Configuration of the compute path, and the pin activity that it asks for."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from chips.description import Chip, chip_names, load_chip
from tb.drivers.pin_log import Interval


def chip_with_layers(layers: int) -> Chip:
    """The described chip with this many layers, which tells the chips of a bench apart."""
    (chip,) = (c for c in map(load_chip, chip_names()) if len(c.layers) == layers)
    return chip


@dataclass(frozen=True)
class ComputeConfig:
    """Fields of `compute_cfg_t`; `cmp_trim` as its raw two's complement codes."""

    t_ctrl: tuple[int, ...]
    cf_sel: tuple[int, ...]
    cmp_trim: tuple[int, ...]
    infer_en: bool = True
    refresh_en: bool = False

    def packed(self, chip: Chip) -> int:
        """The struct as one number."""
        word = join(self.t_ctrl, t_ctrl_bits(chip))
        word = word << len(self.cf_sel) * chip.mac.cf_sel_bits | self.cf_sel_pins(chip)
        word = word << len(self.cmp_trim) * trim_bits(chip) | self.cmp_trim_pins(chip)
        return word << 6 | self.infer_en << 1 | self.refresh_en

    def cf_sel_pins(self, chip: Chip) -> int:
        """Value of the pin `cf_sel_o`."""
        return join(self.cf_sel, chip.mac.cf_sel_bits)

    def cmp_trim_pins(self, chip: Chip) -> int:
        """Value of the pin `cmp_trim_o`."""
        return join(self.cmp_trim, trim_bits(chip))


def join(values: Iterable[int], width: int) -> int:
    """Equal fields side by side, the first in the low bits."""
    return sum(value << n * width for n, value in enumerate(values))


def t_ctrl_bits(chip: Chip) -> int:
    """Width of one `t_ctrl`."""
    return chip.phases.t_ctrl_max_cycles.bit_length()


def trim_bits(chip: Chip) -> int:
    """Width of one comparator trim."""
    return chip.mac.comparator_trim_bits


def random_config(rng: random.Random, chip: Chip) -> ComputeConfig:
    """A legal configuration; each integration time is one of its bounds every third time."""
    longest = chip.phases.t_ctrl_max_cycles
    return ComputeConfig(
        t_ctrl=tuple(
            rng.choice((1, longest, rng.randint(1, longest), rng.randint(1, longest)))
            for _ in chip.layers
        ),
        cf_sel=tuple(rng.getrandbits(chip.mac.cf_sel_bits) for _ in chip.layers),
        cmp_trim=tuple(rng.getrandbits(trim_bits(chip)) for _ in range(chip.chip.classes)),
    )


def expected_pins(chip: Chip, config: ComputeConfig, load: int) -> list[Interval]:
    """What the compute pins do for one image that is loaded in cycle `load`."""
    phases, period = chip.phases, chip.clock.layer_period_cycles
    result = [Interval("load", 0, load, load + 1)]
    for k, t_ctrl in enumerate(config.t_ctrl):
        reset = load + (k + 1) * period
        integrate = reset + phases.reset_cycles + phases.gap_cycles
        sample = integrate + t_ctrl + phases.gap_cycles
        done = sample + phases.sample_cycles
        result.append(Interval("reset", k, reset, reset + phases.reset_cycles))
        result.append(Interval("integrate", k, integrate, integrate + t_ctrl))
        result.append(Interval("sample", k, sample, done))
    strobe = done + phases.gap_cycles
    return [*result, Interval("strobe", 0, strobe, strobe + 1)]


def cut_pins(chip: Chip, config: ComputeConfig, load: int, age: int) -> list[Interval]:
    """The same of an image that has no permission `age` cycles after its load."""
    end = load + age + 1
    full = expected_pins(chip, config, load)
    return [i._replace(end=min(i.end, end)) for i in full if i.begin < end]


def label_cycle(chip: Chip, load: int) -> int:
    """Cycle of the label of an image that was loaded in cycle `load`."""
    return load + (len(chip.layers) + 1) * chip.clock.layer_period_cycles
