"""The pulsed reader of a few cells: switches, divider, storage node, leak and reset switch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips import Chip
from chips.sections import Reader
from pymodel.reader import (
    divider_v,
    droop_s,
    gate_on,
    held_node_v,
    read_node_v,
    reset_node_v,
    safe_node_v,
)
from scripts.circuits.comparison import Comparison, compared
from scripts.circuits.simulator import Floats, Netlist, Waves, control, simulate

LIMIT, FLOOR = 0.01, 0.01  # relative; of full scale
CELLS_OHM = np.array([800, 1.2e3, 2e3, 10e3, 30e3, 100e3], np.float32)
OLD_V = 1.4  # what the nodes still hold
OLD_NODES_V = np.full_like(CELLS_OHM, OLD_V)
SWITCH_OHM = 0.01
NODES = tuple(f"v(x{k})" for k in range(len(CELLS_OHM)))


def compare_reader(chip: Chip, folder: Path) -> list[Comparison]:
    """Nodes through reset and read pulse; held nodes, their gates and when those turn on."""
    reader, clock_s = chip.reader, chip.clock.clk_period_s
    slot = simulate(slot_netlist(reader, clock_s), folder)
    hold = simulate(hold_netlist(reader), folder)
    return [_reset(reader, clock_s, slot), _read(reader, clock_s, slot), *_held(reader, hold)]


def slot_netlist(reader: Reader, clock_s: float) -> Netlist:
    """One slot of a bank: reset, gap, read pulse, and a gap."""
    reset_s = reader.reset_cycles * clock_s
    read_s = reset_s + reader.gap_cycles * clock_s
    end_s = read_s + reader.pulse_cycles * clock_s
    lines = [control("reset", 0, reset_s), control("read", read_s, end_s)]
    lines.append(f"Vdd vdd 0 {reader.vdd_v}")
    for k, ohm in enumerate(CELLS_OHM):
        lines += _cell(reader, k, float(ohm))
    analysis = f"tran {clock_s / 200} {end_s + clock_s} 0 {clock_s / 500} uic"
    return Netlist("reader_slot", tuple(lines), analysis, NODES)


def hold_netlist(reader: Reader) -> Netlist:
    """The same nodes after their read pulse, with their inverters, for three retention times."""
    lines = ["Vread read 0 0", "Vreset reset 0 0", f"Vdd vdd 0 {reader.vdd_v}"]
    for k, (ohm, start_v) in enumerate(zip(CELLS_OHM, divider_v(reader, CELLS_OHM), strict=True)):
        lines += _cell(reader, k, float(ohm), float(start_v))
        gate = f"{reader.inverter_gain / reader.vdd_v}*({reader.inverter_threshold_v}-v(x{k}))+0.5"
        lines.append(f"Bgate{k} g{k} 0 V=min(max({gate},0),1)")
    end_s = 3e-6 * reader.retention_us
    analysis = f"tran {end_s / 1000} {end_s} 0 {end_s / 3000} uic"
    gates = tuple(f"v(g{k})" for k in range(len(CELLS_OHM)))
    return Netlist("reader_hold", tuple(lines), analysis, NODES + gates)


def _cell(reader: Reader, k: int, ohm: float, start_v: float = OLD_V) -> list[str]:
    """VDD - switch - RRAM - X - switch - R_ref - ground; X with capacitor, leak and reset."""
    hold_f = reader.c_hold_ff * 1e-15
    return [
        f"Xup{k} vdd u{k} read switch ron={SWITCH_OHM}",
        f"Rcell{k} u{k} x{k} {ohm}",
        f"Xdown{k} x{k} d{k} read switch ron={SWITCH_OHM}",
        f"Rref{k} d{k} 0 {reader.r_ref_ohm}",
        f"Chold{k} x{k} 0 {hold_f} ic={start_v}",
        f"Rleak{k} x{k} 0 {reader.leak_tau_us * 1e-6 / hold_f}",
        f"Xreset{k} x{k} 0 reset switch ron={reader.node_reset_tau_ns * 1e-9 / hold_f}",
    ]


def _reset(reader: Reader, clock_s: float, slot: Waves) -> Comparison:
    times_s = reader.reset_cycles * clock_s * np.array([0.1, 0.2, 0.4, 0.7, 1.0])
    model = [reset_node_v(reader, OLD_NODES_V, t) for t in times_s]
    return compared(
        "reader",
        "node while it is reset",
        model,
        _nodes(slot, times_s),
        FLOOR * reader.vdd_v,
        LIMIT,
    )


def _read(reader: Reader, clock_s: float, slot: Waves) -> Comparison:
    begin_s = (reader.reset_cycles + reader.gap_cycles) * clock_s
    ages_s = reader.pulse_cycles * clock_s * np.array([0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0])
    start_v = reset_node_v(reader, OLD_NODES_V, reader.reset_cycles * clock_s)
    model = [read_node_v(reader, CELLS_OHM, start_v, t) for t in ages_s]
    simulated = _nodes(slot, begin_s + ages_s)
    return compared(
        "reader", "node in the read pulse", model, simulated, FLOOR * reader.vdd_v, LIMIT
    )


def _held(reader: Reader, hold: Waves) -> list[Comparison]:
    start_v = divider_v(reader, CELLS_OHM)
    half_on_s = droop_s(reader, float(start_v[0]), reader.inverter_threshold_v)
    times_s = np.append(reader.retention_us * 1e-6 * np.array([0.01, 0.33, 1.0, 2.9]), half_on_s)
    model = [held_node_v(reader, start_v, t) for t in times_s]
    gates = [gate_on(reader, node_v) for node_v in model]
    ends_s = [droop_s(reader, float(v), safe_node_v(reader)) for v in start_v[:2]]
    turns_s = [_turn_s(hold, k) for k in range(2)]
    return [
        _compared(reader, "held node", model, _nodes(hold, times_s)),
        compared("reader", "gate of the MAC", gates, _nodes(hold, times_s, "g"), FLOOR, LIMIT),
        compared("reader", "time until a gate turns on", ends_s, turns_s, 0.0, LIMIT),
    ]


def _compared(reader: Reader, quantity: str, model: npt.ArrayLike, simulated: Floats) -> Comparison:
    return compared("reader", quantity, model, simulated, FLOOR * reader.vdd_v, LIMIT)


def _nodes(waves: Waves, times_s: Floats, name: str = "x") -> Floats:
    """Voltages (times, cells)."""
    return np.stack([waves.at(f"v({name}{k})", times_s) for k in range(len(CELLS_OHM))], 1)


def _turn_s(hold: Waves, k: int) -> float:
    """When the gate of a cell leaves 0."""
    return float(hold.time_s[np.argmax(hold.probes[f"v(g{k})"] > 1e-3)])
