"""Layouts of the packed structs of `cnr_pkg`, with their field names."""

from __future__ import annotations

from chips.description import Chip
from tb.drivers.packed import Layout

WIDTH_BITS = 16
REF_BITS = 10
LIMIT_BITS = 12
TRIM_BITS = 6


class Layouts:
    """Layouts for one chip.

    Attributes
    ----------
    address, levels, fail
        `addr_t`, `levels_t` and `fail_t`.
    ramp_table, prog
        `ramp_cfg_t` and `prog_cfg_t`.
    compute
        `compute_cfg_t`.
    request
        `pulse_req_t`.
    lines
        The register of `cnr_pulse` behind the address, the columns and the codes.
    """

    def __init__(self, chip: Chip) -> None:
        pins, cells, dac = chip.pins, chip.word_cells, chip.pins.dac
        self.address = {"layer": pins.layer, "group": pins.group, "row": pins.row}
        self.levels: Layout = (pins.level,) * cells
        self.fail_fields = {
            "cell_index": (cells - 1).bit_length(),
            "sense": 1,
            "sense_ref": REF_BITS,
            "target": pins.level,
        }
        self.fail: Layout = {"addr": self.address, **self.fail_fields}
        self.ramp_table: Layout = {
            "wl": dict.fromkeys(("start", "stop", "step"), dac),
            "line": dict.fromkeys(("start", "stop", "step"), dac),
            "width": dict.fromkeys(("start", "stop", "step"), WIDTH_BITS),
            "nesting": 3,
        }
        windows: Layout = ({"lo": REF_BITS, "hi": REF_BITS},) * chip.chip.levels
        self.prog: Layout = {
            **dict.fromkeys(("form", "set", "reset"), self.ramp_table),
            **dict.fromkeys(("verify_window", "read_window"), windows),
            "form_ref": REF_BITS,
            "sense_trim": TRIM_BITS,
            "wl_sense": dac,
            **dict.fromkeys(("max_form", "max_set", "max_reset", "max_total"), LIMIT_BITS),
            "max_reversals": 4,
            "relax_cycles": 24,
            "test_kind": 2,
            "test_cycles": 16,
            "bist_pattern": 2,
            "fail_wait": 1,
        }
        self.t_ctrl: Layout = (chip.phases.t_ctrl_max_cycles.bit_length(),) * len(chip.layers)
        self.cf_sel: Layout = (chip.mac.cf_sel_bits,) * len(chip.layers)
        self.cmp_trim: Layout = (chip.mac.comparator_trim_bits,) * chip.chip.classes
        self.compute: Layout = {
            "t_ctrl": self.t_ctrl,
            "cf_sel": self.cf_sel,
            "cmp_trim": self.cmp_trim,
            "atest_sel": 4,
            "infer_en": 1,
            "refresh_en": 1,
            "pipelined": 1,
            "power_gate": 1,
        }
        self.request: Layout = {
            "kind": 2,
            "addr": self.address,
            "cells": cells,
            "wl": dac,
            "line": dac,
            "width": WIDTH_BITS,
            "sense_ref": REF_BITS,
        }
        self.lines: Layout = {
            "address": self.address,
            "bl_en": cells,
            "sl_en": cells,
            "wl_dac": dac,
            "bl_dac": dac,
            "sl_dac": dac,
            "polarity": 1,
            "ref": REF_BITS,
        }
