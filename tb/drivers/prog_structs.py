"""What the benches of weight programming put into packed structs and find in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chips.description import Chip
from tb.drivers.layouts import Layouts
from tb.drivers.packed import pack, unpack
from tb.models.programming import Address, Fail, ProgConfig
from tb.models.ramp import Ramp, RampTable


class ProgStructs:
    """Packs and unpacks the structs of one chip."""

    def __init__(self, chip: Chip) -> None:
        self._cells = chip.word_cells
        self._layouts = Layouts(chip)

    def address(self, address: Address) -> int:
        """`addr_t` of a word."""
        return pack(address._asdict(), self._layouts.address)

    def to_address(self, word: int) -> Address:
        """The word of an `addr_t`."""
        return Address(**unpack(word, self._layouts.address))

    def config(self, config: ProgConfig) -> int:
        """`prog_cfg_t` of a configuration."""
        values = {
            **vars(config),
            **{name: _table(getattr(config, name)) for name in ("form", "set", "reset")},
            "verify_window": [window._asdict() for window in config.verify],
            "read_window": [window._asdict() for window in config.read],
        }
        return pack(values, self._layouts.prog)

    def ramp_table(self, table: RampTable) -> int:
        """`ramp_cfg_t` of a ramp table."""
        return pack(_table(table), self._layouts.ramp_table)

    def levels(self, levels: Iterable[tuple[int, int]]) -> int:
        """`levels_t` of (cell, level); cells that are not given are 0."""
        values = [0] * self._cells
        for cell, level in levels:
            values[cell] = level
        return pack(values, self._layouts.levels)

    def to_levels(self, word: int) -> dict[int, int]:
        """Level of every cell of a `levels_t`."""
        return dict(enumerate(unpack(word, self._layouts.levels)))

    def changed_lines(self, word: int, fields: Mapping[str, int]) -> int:
        """The register behind the codes and columns of `cnr_pulse` with some fields changed."""
        return pack({**unpack(word, self._layouts.lines), **fields}, self._layouts.lines)

    def to_fail(self, word: int) -> Fail:
        """The entry of a `fail_t`."""
        values = unpack(word, self._layouts.fail)
        return Fail(
            Address(**values["addr"]),
            values["cell_index"],
            values["sense"],
            values["sense_ref"],
            values["target"],
        )

    def request(
        self, kind: int, address: Address, cells: int, wl: int, line: int, width: int, ref: int
    ) -> int:
        """`pulse_req_t` of an electrical operation."""
        values = {
            "kind": kind,
            "addr": address._asdict(),
            "cells": cells,
            "wl": wl,
            "line": line,
            "width": width,
            "sense_ref": ref,
        }
        return pack(values, self._layouts.request)


def _table(table: RampTable) -> dict[str, object]:
    def ramp(ramp: Ramp) -> dict[str, int]:
        return {"start": ramp.start, "stop": ramp.stop, "step": ramp.step}

    return {
        "wl": ramp(table.wl),
        "line": ramp(table.line),
        "width": ramp(table.width),
        "nesting": table.nesting,
    }
