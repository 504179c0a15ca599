"""The pins of one electrical operation, cycle by cycle, as `cnr_pulse` has to drive them."""

from __future__ import annotations

from chips.description import Chip
from tb.drivers.pulse import IDLE, Kind, Pins, Request


def codes(request: Request) -> Pins:
    """The pins of an operation with nothing on."""
    reset, sense = request.kind is Kind.RESET, request.kind is Kind.SENSE
    return IDLE._replace(
        address=request.address,
        wl_dac=request.wl,
        bl_dac=0 if reset or sense else request.line,
        sl_dac=request.line if reset else 0,
        polarity=int(reset),
        ref=request.ref if sense else 0,
    )


def pulse_pins(chip: Chip, request: Request, pump_wait: int = 0) -> list[Pins]:
    """The pins of each cycle of a pulse, the accepting one first."""
    prog = chip.programming
    off = codes(request)
    ready = off._replace(bleed=0, bl=request.cells)
    if request.kind is Kind.RESET:
        ready = off._replace(bleed=0, sl=request.cells)
    on = ready._replace(wl=1)
    return [
        IDLE,
        *[ready] * (prog.setup_cycles + pump_wait),
        *[on] * prog.wordline_cycles,
        *[on._replace(hv=1)] * request.width,
        *[on] * prog.hold_cycles,
        *[off] * prog.discharge_cycles,
    ]


def sense_pins(chip: Chip, request: Request, strobe_cycles: int) -> list[Pins]:
    """The pins of each cycle of a sense, the accepting one first."""
    prog = chip.programming
    off = codes(request)
    ready = off._replace(bleed=0, bl=request.cells)
    on = ready._replace(wl=1)
    return [
        IDLE,
        *[ready] * prog.setup_cycles,
        *[on] * prog.sense_setup_cycles,
        *[on._replace(sense=1)] * strobe_cycles,
        off,
    ]


def expected_stop(chip: Chip, full: list[Pins], cycle: int, discharging: bool) -> list[Pins]:
    """Pins of an operation that a stop in one cycle cuts short."""
    if discharging:
        return full
    off = full[cycle]._replace(hv=0, wl=0, bl=0, sl=0, sense=0, bleed=1)
    return [*full[: cycle + 1], *[off] * chip.programming.discharge_cycles]
