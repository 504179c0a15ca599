"""Configuration of the compute path, and the pin activity that it asks for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from chips.description import Chip
from tb.drivers.layouts import Layouts
from tb.drivers.packed import pack
from tb.drivers.pin_log import Interval


@dataclass(frozen=True)
class ComputeConfig:
    """Fields of `compute_cfg_t`; `cmp_trim` as its raw two's complement codes."""

    t_ctrl: tuple[int, ...]
    cf_sel: tuple[int, ...]
    cmp_trim: tuple[int, ...]
    infer_en: bool = True
    refresh_en: bool = False
    pipelined: bool = False
    power_gate: bool = False

    def packed(self, chip: Chip) -> int:
        """The struct as one number."""
        return pack(vars(self), Layouts(chip).compute)

    def cf_sel_pins(self, chip: Chip) -> int:
        """Value of the pin `cf_sel_o`."""
        return pack(self.cf_sel, Layouts(chip).cf_sel)

    def cmp_trim_pins(self, chip: Chip) -> int:
        """Value of the pin `cmp_trim_o`."""
        return pack(self.cmp_trim, Layouts(chip).cmp_trim)


def random_config(rng: random.Random, chip: Chip) -> ComputeConfig:
    """A legal configuration; each integration time is one of its bounds every third time."""
    longest, trim_bits = chip.phases.t_ctrl_max_cycles, chip.mac.comparator_trim_bits
    return ComputeConfig(
        t_ctrl=tuple(
            rng.choice((1, longest, rng.randint(1, longest), rng.randint(1, longest)))
            for _ in chip.layers
        ),
        cf_sel=tuple(rng.getrandbits(chip.mac.cf_sel_bits) for _ in chip.layers),
        cmp_trim=tuple(rng.getrandbits(trim_bits) for _ in range(chip.chip.classes)),
    )


def expected_pins(chip: Chip, config: ComputeConfig, load: int) -> list[Interval]:
    """What the compute pins do for one image that is loaded in cycle `load`."""
    phases, period = chip.phases, chip.clock.layer_period_cycles
    result = [Interval("load", 0, load, load + 1)]
    for k, t_ctrl in enumerate(config.t_ctrl):
        reset = load + (k + 1) * period
        integrate = reset + phases.reset_cycles + phases.gap_cycles
        longest = max(config.t_ctrl) if config.pipelined else t_ctrl
        sample = integrate + longest + phases.gap_cycles
        done = sample + phases.sample_cycles
        result.append(Interval("reset", k, reset, reset + phases.reset_cycles))
        result.append(Interval("integrate", k, integrate, integrate + t_ctrl))
        result.append(Interval("sample", k, sample, done))
    strobe = done + phases.gap_cycles
    return [*result, Interval("strobe", 0, strobe, strobe + 1)]


def expected_bias(chip: Chip, config: ComputeConfig, loads: Sequence[int]) -> list[Interval]:
    """What gated bias does for images loaded in these cycles; intervals that touch are one."""
    pins = [i for load in loads for i in expected_pins(chip, config, load)]
    result: list[Interval] = []
    for k in range(len(chip.layers)):
        begins = [i.begin for i in pins if (i.pin, i.bit) == ("reset", k)]
        ends = [i.end for i in pins if (i.pin, i.bit) == ("sample", k)]
        for begin, end in zip(begins, ends, strict=True):
            warm = begin - chip.phases.bias_warmup_cycles
            if result and result[-1].bit == k and warm <= result[-1].end:
                result[-1] = result[-1]._replace(end=end)
            else:
                result.append(Interval("bias", k, warm, end))
    return result


def cut_pins(chip: Chip, config: ComputeConfig, load: int, age: int) -> list[Interval]:
    """The same of an image that has no permission `age` cycles after its load."""
    end = load + age + 1
    full = expected_pins(chip, config, load)
    return [i._replace(end=min(i.end, end)) for i in full if i.begin < end]


def expected_quiet(chip: Chip, pins: Sequence[Interval], cycle: int) -> int:
    """Layers that no slot that begins with the next cycle touches between reset and sample."""
    reader = chip.reader
    first = cycle + 1 + reader.setup_cycles
    end = first + reader.active_cycles
    quiet = (1 << len(chip.layers)) - 1
    for k in range(len(chip.layers)):
        resets = [i.begin for i in pins if (i.pin, i.bit) == ("reset", k)]
        samples = [i.end for i in pins if (i.pin, i.bit) == ("sample", k)]
        if any(r < end and first < s for r, s in zip(resets, samples, strict=True)):
            quiet &= ~(1 << k)
    return quiet


def label_cycle(chip: Chip, load: int) -> int:
    """Cycle of the label of an image that was loaded in cycle `load`."""
    return load + (len(chip.layers) + 1) * chip.clock.layer_period_cycles
