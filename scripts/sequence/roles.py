"""The roles that a pin of a controller can play: pins of the macro, and what it tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from chips.description import Chip


class Side(Enum):
    """Who drives a pin, and for whom."""

    DRIVES = "the controller drives the macro"
    ANSWERS = "the macro answers the controller"
    TELLS = "the controller tells the checker"


class Coding(Enum):
    """What the bits of a pin mean."""

    FLAG = "flag"
    MASK = "mask"
    NUMBER = "number"
    DAC = "dac"


@dataclass(frozen=True)
class Role:
    """One role.

    Parameters
    ----------
    name
        Its name in a map; a flag is meant as true, whatever the level of the pin.
    side, coding
        Direction and meaning.
    size
        Name of its width, see `width_of`.
    required
        Whether a map has to name it, with a pin or a constant.
    active_low
        Whether the chip has its flag the other way round.
    idle
        Its value where a map leaves it out.
    port
        Port of the macro and the checker without its suffix, where it is not the name.
    checked
        Whether the checker looks at it.
    """

    name: str
    side: Side
    coding: Coding = Coding.FLAG
    size: str = "one"
    required: bool = False
    active_low: bool = False
    idle: int = 0
    port: str = ""
    checked: bool = True

    @property
    def port_name(self) -> str:
        """Port of the macro and the checker, as the checker has it."""
        return f"{self.port or self.name}_{'ni' if self.active_low else 'i'}"


def width_of(role: Role, chip: Chip) -> int:
    """Bits of a role at a chip."""
    pins, layers, mac = chip.pins, len(chip.layers), chip.mac
    classes = chip.chip.classes
    return {
        "one": 1,
        "layer": pins.layer,
        "group": pins.group,
        "row": pins.row,
        "cells": chip.word_cells,
        "dac": pins.dac,
        "reference": 10,
        "bank": pins.bank,
        "layers": layers,
        "beat": pins.beat,
        "pixels": 512,
        "capacitors": layers * mac.cf_sel_bits,
        "trims": classes * mac.comparator_trim_bits,
        "pairs": classes * (classes - 1) // 2,
        "mux": 4,
    }[role.size]


def _drives(name: str, coding: Coding, size: str) -> Role:
    return Role(name, Side.DRIVES, coding, size, required=True)


def _compute(name: str, size: str, coding: Coding = Coding.MASK, checked: bool = True) -> Role:
    return Role(name, Side.DRIVES, coding, size, checked=checked)


def _tells(name: str) -> Role:
    return Role(name, Side.TELLS)


# The checked ones in the order in which cnr_waves_tb packs them, the first in the highest bits.
_ROLES = (
    Role("hv_kill", Side.DRIVES, active_low=True),
    _drives("prog_layer", Coding.NUMBER, "layer"),
    _drives("prog_group", Coding.NUMBER, "group"),
    _drives("prog_row", Coding.NUMBER, "row"),
    _drives("bl_en", Coding.MASK, "cells"),
    _drives("sl_en", Coding.MASK, "cells"),
    _drives("wl_en", Coding.FLAG, "one"),
    _drives("wl_dac", Coding.DAC, "dac"),
    _drives("bl_dac", Coding.DAC, "dac"),
    _drives("sl_dac", Coding.DAC, "dac"),
    _drives("polarity", Coding.FLAG, "one"),
    _drives("hv_en", Coding.FLAG, "one"),
    _drives("bleed_en", Coding.FLAG, "one"),
    _drives("sense_en", Coding.FLAG, "one"),
    _drives("sense_ref", Coding.NUMBER, "reference"),
    Role("sense", Side.ANSWERS, Coding.MASK, "cells", required=True),
    Role("sense_rdy", Side.ANSWERS, required=True),
    Role("pump_rdy", Side.ANSWERS, required=True),
    _compute("rd_bank", "bank", Coding.NUMBER),
    _compute("rd_rst", "one", Coding.FLAG),
    _compute("rd_pulse", "one", Coding.FLAG),
    _compute("in_load", "one", Coding.FLAG),
    _compute("int_rst", "layers"),
    _compute("int_en", "layers"),
    _compute("sample", "layers"),
    _compute("bias_en", "layers"),
    _compute("cmp_strobe", "one", Coding.FLAG),
    Role("reset", Side.TELLS, active_low=True, port="rst"),
    Role("supply_ok", Side.TELLS, idle=1),
    _tells("stop"),
    _tells("start"),
    Role("busy", Side.TELLS, idle=1),
    *(_tells(name) for name in ("done", "error", "word_start", "cell_failed")),
    *(_tells(name) for name in ("illegal", "unverified", "forming", "alarm")),
    _compute("in_data", "pixels", checked=False),
    _compute("in_addr", "beat", Coding.NUMBER, checked=False),
    _compute("in_we", "one", Coding.FLAG, checked=False),
    _compute("cf_sel", "capacitors", checked=False),
    _compute("cmp_trim", "trims", checked=False),
    _compute("atest_sel", "mux", Coding.NUMBER, checked=False),
    Role("cmp", Side.ANSWERS, Coding.MASK, "pairs", checked=False),
)

ROLES = {role.name: role for role in _ROLES}
CHECKED = tuple(role for role in _ROLES if role.checked)
