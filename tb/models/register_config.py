"""The configuration structs that follow from the registers that a host has written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from chips.description import Chip

CONTROL = ("atest_sel", "infer_en", "refresh_en", "pipelined", "power_gate")  # of the compute path

Values: TypeAlias = Mapping[tuple[str, int], Mapping[str, int]]
"""Fields of each register by its name and index."""


def expected_prog_cfg(chip: Chip, values: Values) -> dict[str, Any]:
    """Fields of `prog_cfg_t` that the registers ask for."""

    def ramp(name: str) -> dict[str, Any]:
        parts = {p: values[f"ramp_{name}.{p}", 0] for p in ("wl", "line", "step", "width", "loops")}
        return {
            "wl": {**parts["wl"], "step": parts["step"]["wl"]},
            "line": {**parts["line"], "step": parts["step"]["line"]},
            "width": {**parts["width"], "step": parts["loops"]["width_step"]},
            "nesting": parts["loops"]["nesting"],
        }

    levels = range(chip.chip.levels)
    return {
        **{name: ramp(name) for name in ("form", "set", "reset")},
        "verify_window": [values["verify_window", i] for i in levels],
        "read_window": [values["read_window", i] for i in levels],
        **values["sense", 0],
        **values["limit_pulses", 0],
        **values["limit_totals", 0],
        **values["limit_reversals", 0],
        "relax_cycles": values["relax", 0]["cycles"],
        **{f"test_{name}": value for name, value in values["test", 0].items()},
        "bist_pattern": values["bist", 0]["pattern"],
        "fail_wait": values["control", 0]["fail_wait"],
    }


def expected_compute_cfg(chip: Chip, values: Values) -> dict[str, Any]:
    """Fields of `compute_cfg_t`: what exceeds its range is the nearest value in it."""
    layers = [values["layer", i] for i in range(len(chip.layers))]
    half = 1 << chip.mac.comparator_trim_bits - 1

    def trim(word: int) -> int:
        signed = word - 256 if word & 128 else word
        return max(-half, min(half - 1, signed)) & (2 * half - 1)

    return {
        "t_ctrl": [min(layer["t_ctrl"], chip.phases.t_ctrl_max_cycles) for layer in layers],
        "cf_sel": [min(layer["cf_sel"], 2**chip.mac.cf_sel_bits - 1) for layer in layers],
        "cmp_trim": [trim(values["cmp_trim", i]["trim"]) for i in range(chip.chip.classes)],
        **{name: values["control", 0][name] for name in CONTROL},
    }
