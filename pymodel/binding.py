"""Joins the analog model to the macro of a running simulation, by its pins alone.

The simulation macro (`tb/macro/cnr_macro.sv`) offers events; each wakes one coroutine here, which
hands it to `pymodel.macro.Macro` and writes back what the model answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cocotb
import numpy as np
from cocotb.simtime import get_sim_time

from pymodel.macro import Macro
from pymodel.pins import Drive, Phases, ReadPulse, ReadReset, Sense, TestPad

PS = 1e-12
DURATION_BITS = 48


class Fields:
    """Cuts a packed vector into its fields, given from the most significant one."""

    def __init__(self, *widths: int) -> None:
        shifts, shift = [], sum(widths)
        for width in widths:
            shift -= width
            shifts.append((shift, (1 << width) - 1))
        self._shifts = tuple(shifts)

    def cut(self, value: int) -> list[int]:
        """Values of the fields, in the order of the widths."""
        return [(value >> shift) & mask for shift, mask in self._shifts]


class AnalogBinding:
    """The analog model behind one simulation macro.

    Parameters
    ----------
    stub
        Handle of the macro instance.
    macro
        The model that answers.
    """

    def __init__(self, stub: Any, macro: Macro) -> None:
        self.stub = stub
        self.macro = macro
        chip = macro.chip
        pins, cells, layers = chip.pins, chip.word_cells, len(chip.layers)
        place, dac = (pins.layer, pins.group, pins.row), pins.dac
        self._drive = Fields(*place, cells, cells, 1, dac, dac, dac, 1, 1, DURATION_BITS)
        self._sense = Fields(*place, cells, 1, dac, 10, DURATION_BITS)
        self._read = Fields(1, pins.bank, DURATION_BITS, DURATION_BITS, 1, pins.bank)
        self._phase = Fields(*[layers] * 4, *[chip.mac.cf_sel_bits] * layers)
        self._test = Fields(4, cells, cells, 1, dac, dac, dac, 1, 1, 10, pins.bank)
        self._test_pins: list[int] = []
        self._trim = Fields(*[chip.mac.comparator_trim_bits] * chip.chip.classes)

    def start(self) -> None:
        """Start answering; the pump is ready until `set_pump` says otherwise."""
        self.stub.sense_model.value = 0
        self.stub.cmp_model.value = 0
        self.stub.atest_model.value = 0.0
        self.set_pump(True)
        for name, answer in (
            ("drive", self._on_drive),
            ("sense", self._on_sense),
            ("read", self._on_read),
            ("load", self._on_load),
            ("phase", self._on_phase),
            ("compare", self._on_compare),
            ("atest", self._on_test),
        ):
            cocotb.start_soon(self._follow(getattr(self.stub, f"{name}_tgl"), answer))

    def set_pump(self, ready: bool) -> None:
        """Drive the pump-ready pin."""
        self.stub.pump_model.value = int(ready)

    def _on_drive(self) -> None:
        layer, group, row, bl, sl, wl_en, wl, bl_dac, sl_dac, polarity, _, ps = self._drive.cut(
            _unsigned(self.stub.drive_evt)
        )
        self.macro.drive(
            Drive(
                *(layer, group, row, bl, sl),
                *(bool(wl_en), wl, bl_dac, sl_dac, polarity),
                *(ps * PS, _now_s()),
            )
        )

    def _on_sense(self) -> None:
        layer, group, row, bl, wl_en, wl, ref, ps = self._sense.cut(_unsigned(self.stub.sense_evt))
        self.stub.sense_model.value = self.macro.sense(
            Sense(layer, group, row, bl, bool(wl_en), wl, ref, ps * PS, _now_s())
        )

    def _on_read(self) -> None:
        ended, bank, reset_ps, pulse_ps, begun, next_bank = self._read.cut(
            _unsigned(self.stub.read_evt)
        )
        if ended:
            self.macro.read_pulse(ReadPulse(bank, reset_ps * PS, pulse_ps * PS, _now_s()))
        if begun:
            self.macro.read_reset(ReadReset(next_bank, _now_s()))

    def _on_load(self) -> None:
        self._on_phase()  # a reset of layer 0 with the same edge takes the image before this one
        raw = _unsigned(self.stub.in_latch).to_bytes(len(self.stub.in_latch) // 8, "little")
        self.macro.load_image(np.frombuffer(raw, np.uint8)[: self.macro.chip.image_bytes])

    def _on_phase(self) -> None:
        reset, integrate, sample, bias, *cf_sel = self._phase.cut(_unsigned(self.stub.phase_evt))
        cf_sel.reverse()
        self.macro.phases(Phases(reset, integrate, sample, bias, tuple(cf_sel), _now_s()))

    def _on_compare(self) -> None:
        trims = self._trim.cut(_unsigned(self.stub.cmp_trim_i))
        sign = 1 << (self.macro.chip.mac.comparator_trim_bits - 1)
        signed = tuple((trim ^ sign) - sign for trim in reversed(trims))
        self.stub.cmp_model.value = self.macro.compare(signed, _now_s())

    def _on_test(self) -> None:
        self._test_pins = self._test.cut(_unsigned(self.stub.atest_evt))

    async def _follow(self, toggle: Any, answer: Callable[[], None]) -> None:
        while True:
            await toggle.value_change
            answer()
            if self._test_pins:
                self._show_test_pad()

    def _show_test_pad(self) -> None:
        select, bl_en, sl_en, wl_en, wl, bl, sl, polarity, on, ref, bank = self._test_pins
        pins = TestPad(
            *(select, bl_en, sl_en, bool(wl_en), wl, bl, sl, polarity, bool(on), ref, bank),
            _now_s(),
        )
        self.stub.atest_model.value = self.macro.test_pad(pins)
        if not select:
            self._test_pins = []


def _unsigned(handle: Any) -> int:
    return int(handle.value.to_unsigned())


def _now_s() -> float:
    return get_sim_time("ps") * PS
