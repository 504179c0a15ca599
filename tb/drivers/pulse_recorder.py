"""Collects what `cnr_pulse_recorder` records at the programming pins: one wake per operation."""

from __future__ import annotations

from typing import Any

import cocotb

from chips.description import Chip
from pymodel.binding import Fields
from tb.models.programming import Address, Pulse, Seen, Sense, Times

NS_BITS = 32


class PulseRecorder:
    """The recorder of one macro; its length is the number of operations seen so far.

    Parameters
    ----------
    stub
        Handle of the recorder.
    chip
        The chip it was built for.
    """

    def __init__(self, stub: Any, chip: Chip) -> None:
        pins, cells = chip.pins, chip.word_cells
        self._stub = stub
        self._clk_ns = chip.clock.clk_period_ns
        place, codes = (pins.layer, pins.group, pins.row), (pins.dac,) * 3
        times = (NS_BITS,) * len(Times._fields)
        self._fields = Fields(1, *place, cells, cells, *codes, 1, 10, cells, 1, *times)
        self._records: list[int] = []

    def __len__(self) -> int:
        return len(self._records)

    def start(self) -> None:
        """Begin to collect."""
        cocotb.start_soon(self._collect())

    def seen(self, begin: int = 0) -> list[Seen]:
        """The operations from number `begin` on."""
        return [self._decoded(record) for record in self._records[begin:]]

    async def _collect(self) -> None:
        while True:
            await self._stub.op_tgl.value_change
            self._records.append(int(self._stub.op_evt.value.to_unsigned()))

    def _decoded(self, record: int) -> Seen:
        fields = self._fields.cut(record)
        pulse, layer, group, row, bl_en, sl_en, wl, bl, sl, reset, ref, sense, low = fields[:13]
        address, columns = Address(layer, group, row), _places(sl_en if reset else bl_en)
        times = Times(*fields[13:])
        if pulse:
            line, width = sl if reset else bl, times.on // self._clk_ns
            event: Pulse | Sense = Pulse(address, columns, bool(reset), wl, line, width)
        else:
            event = Sense(address, columns, wl, ref)
        return Seen(event, _places(sense) & columns, times, bool(low))


def _places(bits: int) -> frozenset[int]:
    return frozenset(place for place in range(bits.bit_length()) if bits >> place & 1)
