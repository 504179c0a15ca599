"""When the layers of one image integrate, settle and are held: the times that the physics needs.

The layer sequencer keeps them (`rtl/cnr_layer_seq.sv`); the macro learns them from its pins, the
network from here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chips.description import Chip


@dataclass(frozen=True)
class Window:
    """One integration, in picoseconds.

    input_age_ps: time for which its input has been held when it begins. elapsed_ps: how long it
    lasts. effective_ps: the time at full bias that gives the same charge.
    """

    input_age_ps: int
    elapsed_ps: int
    effective_ps: int


@dataclass(frozen=True)
class LayerTimes:
    """A layer's integration, and the picoseconds from its end to the end of the sample."""

    window: Window
    settle_ps: int

    def stretched(self, factor: float) -> LayerTimes:
        """With an integration that lasts `factor` times as long."""
        elapsed_ps = round(self.window.elapsed_ps * factor)
        effective_ps = round(self.window.effective_ps * factor)
        return replace(self, window=Window(self.window.input_age_ps, elapsed_ps, effective_ps))


def clock_ps(chip: Chip, cycles: int) -> int:
    """Picoseconds of some system clocks."""
    return cycles * chip.clock.clk_period_ns * 1000


def layer_times(chip: Chip, t_ctrl: tuple[int, ...], pipelined: bool) -> tuple[LayerTimes, ...]:
    """Times of all layers, with warm bias.

    In sequential mode a layer samples after its own `t_ctrl`; in pipelined mode all layers sample
    together after the longest. The input of layer 0 is held from the reset of that layer on.

    Parameters
    ----------
    t_ctrl : integration time of every layer in system clocks
    """
    phases, period = chip.phases, chip.clock.layer_period_cycles
    to_sample_end = phases.gap_cycles + phases.sample_cycles
    waits = [max(t_ctrl) if pipelined else own for own in t_ctrl]
    ages = [phases.reset_cycles + phases.gap_cycles]
    ages += [period - wait - to_sample_end for wait in waits[:-1]]
    return tuple(
        LayerTimes(
            Window(clock_ps(chip, age), clock_ps(chip, own), clock_ps(chip, own)),
            clock_ps(chip, wait - own + to_sample_end),
        )
        for age, own, wait in zip(ages, t_ctrl, waits, strict=True)
    )


def compare_age_ps(chip: Chip) -> int:
    """Picoseconds for which the last layer has been held when the comparators are strobed."""
    return clock_ps(chip, chip.phases.gap_cycles)
