"""The programming configuration that a host writes from the chip description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chips.description import Chip
from chips.sections import NESTINGS
from chips.sections import Ramp as ChipRamp
from tb.host.codes import LevelWindow, formed_code
from tb.models.programming import ProgConfig, Window, default_config
from tb.models.ramp import Ramp, RampTable


def chip_config(chip: Chip, levels: Sequence[LevelWindow], form_ref_ohm: float) -> ProgConfig:
    """What `Host.configure_programming` writes, worked out without it.

    Parameters
    ----------
    levels
        One window per level, level 0 first.
    form_ref_ohm
        A cell below it is formed.
    """
    prog = chip.programming
    return replace(
        default_config(chip),
        form=_table(chip, prog.form),
        set=_table(chip, prog.set),
        reset=_table(chip, prog.reset),
        verify=tuple(Window(*level.verify_codes) for level in levels),
        read=tuple(Window(*level.read_codes) for level in levels),
        form_ref=formed_code(form_ref_ohm),
    )


def _table(chip: Chip, ramp: ChipRamp) -> RampTable:
    dac_mv, clk_ns = chip.programming.dac_step_mv, chip.clock.clk_period_ns

    def codes(name: str, unit: str, step: int) -> Ramp:
        parts = (getattr(ramp, f"{name}_{part}_{unit}") for part in ("start", "stop", "step"))
        return Ramp(*(part // step for part in parts))

    return RampTable(
        codes("wl", "mv", dac_mv),
        codes("line", "mv", dac_mv),
        codes("width", "ns", clk_ns),
        NESTINGS.index(ramp.nesting),
    )
