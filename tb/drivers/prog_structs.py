"""The packed structs of weight programming."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chips.description import Chip
from tb.drivers.packed import Layout, pack, unpack
from tb.models.programming import Address, Fail, ProgConfig
from tb.models.ramp import Ramp, RampTable

DAC_RAMP: Layout = {"start": 9, "stop": 9, "step": 9}
WIDTH_RAMP: Layout = {"start": 16, "stop": 16, "step": 16}
RAMP_TABLE: Layout = {"wl": DAC_RAMP, "line": DAC_RAMP, "width": WIDTH_RAMP, "nesting": 3}
WINDOW: Layout = {"lo": 10, "hi": 10}


class ProgStructs:
    """Packs and unpacks the structs whose size depends on the chip."""

    def __init__(self, chip: Chip) -> None:
        self._cells = chip.word_cells
        pins, levels = chip.pins, chip.chip.levels
        self._address: Layout = {"layer": pins.layer, "group": pins.group, "row": pins.row}
        self._config: Layout = {
            "form": RAMP_TABLE,
            "set": RAMP_TABLE,
            "reset": RAMP_TABLE,
            "verify": (WINDOW,) * levels,
            "read": (WINDOW,) * levels,
            "form_ref": 10,
            "sense_trim": 6,
            "wl_sense": 9,
            "max_form": 12,
            "max_set": 12,
            "max_reset": 12,
            "max_total": 12,
            "max_reversals": 4,
        }
        self._request: Layout = {
            "kind": 2,
            "address": self._address,
            "cells": chip.word_cells,
            "wl": 9,
            "line": 9,
            "width": 16,
            "ref": 10,
        }
        self._lines: Layout = {
            "address": self._address,
            "bl_en": chip.word_cells,
            "sl_en": chip.word_cells,
            "wl_dac": 9,
            "bl_dac": 9,
            "sl_dac": 9,
            "polarity": 1,
            "ref": 10,
        }
        self._levels: Layout = (pins.level,) * chip.word_cells
        self._fail: Layout = {
            "address": self._address,
            "cell": (chip.word_cells - 1).bit_length(),
            "sense": 1,
            "ref": 10,
            "target": pins.level,
        }

    def address(self, address: Address) -> int:
        """`addr_t` of a word."""
        return pack(address._asdict(), self._address)

    def to_address(self, word: int) -> Address:
        """The word of an `addr_t`."""
        return Address(**unpack(word, self._address))

    def config(self, config: ProgConfig) -> int:
        """`prog_cfg_t` of a configuration."""
        values = {
            **vars(config),
            **{name: _table(getattr(config, name)) for name in ("form", "set", "reset")},
            "verify": [window._asdict() for window in config.verify],
            "read": [window._asdict() for window in config.read],
        }
        return pack(values, self._config)

    def levels(self, levels: Iterable[tuple[int, int]]) -> int:
        """`levels_t` of (cell, level); cells that are not given are 0."""
        values = [0] * self._cells
        for cell, level in levels:
            values[cell] = level
        return pack(values, self._levels)

    def to_levels(self, word: int) -> dict[int, int]:
        """Level of every cell of a `levels_t`."""
        return dict(enumerate(unpack(word, self._levels)))

    def changed_lines(self, word: int, fields: Mapping[str, int]) -> int:
        """The register behind the codes and columns of `cnr_pulse` with some fields changed."""
        return pack({**unpack(word, self._lines), **fields}, self._lines)

    def to_fail(self, word: int) -> Fail:
        """The entry of a `fail_t`."""
        values = unpack(word, self._fail)
        return Fail(**{**values, "address": Address(**values["address"])})

    def request(
        self, kind: int, address: Address, cells: int, wl: int, line: int, width: int, ref: int
    ) -> int:
        """`pulse_req_t` of an electrical operation."""
        values = {
            "kind": kind,
            "address": address._asdict(),
            "cells": cells,
            "wl": wl,
            "line": line,
            "width": width,
            "ref": ref,
        }
        return pack(values, self._request)


def ramp_table(table: RampTable) -> int:
    """`ramp_cfg_t` of a ramp table."""
    return pack(_table(table), RAMP_TABLE)


def _table(table: RampTable) -> dict[str, object]:
    def ramp(ramp: Ramp) -> dict[str, int]:
        return {"start": ramp.start, "stop": ramp.stop, "step": ramp.step}

    return {
        "wl": ramp(table.wl),
        "line": ramp(table.line),
        "width": ramp(table.width),
        "nesting": table.nesting,
    }
