"""The average pool: summing amplifier with switched capacitors, then the hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from chips import Chip
from pymodel.hold import held_left
from pymodel.pool import average_pool
from pymodel.rng import FloatArray
from pymodel.tia import capacitance_f, picoseconds
from scripts.circuits.amplifier import amplifier
from scripts.circuits.comparison import Comparison, compared
from scripts.circuits.simulator import Floats, Netlist, Waves, control, simulate

LIMIT, FLOOR = 0.01, 0.01  # relative; of full scale
SWITCH_OHM, SAMPLE_OHM = 1e3, 1e3  # assumed
BLOCKS = 6
PROGRESS = np.array([0.1, 0.4, 0.7, 1.0])


def compare_pool(chip: Chip, folder: Path) -> list[Comparison]:
    """Output at the end of the sample and what is held until the next, for each size of pool."""
    sizes = sorted({layer.pool for layer in chip.layers if layer.pool > 1})
    return [row for size in sizes for row in _compare(chip, size, folder)]


def _compare(chip: Chip, size: int, folder: Path) -> list[Comparison]:
    blocks_v = _blocks_v(chip, size)
    waves = simulate(netlist(chip, blocks_v), folder)
    averages_v = average_pool(blocks_v, size).ravel()
    sample_s = _sample_s(chip)
    ages_s = PROGRESS * (chip.clock.layer_period_cycles * chip.clock.clk_period_s - sample_s)
    left = np.array([float(held_left(chip.mac, picoseconds(t))) for t in ages_s])
    name, floor_v = f"pool {size} x {size}", FLOOR * chip.mac.v_fs_v
    sampled, held = _outputs(waves, [sample_s]), _outputs(waves, sample_s + ages_s)
    return [
        compared(name, "average at the end of the sample", averages_v, sampled, floor_v, LIMIT),
        compared(name, "held average", np.outer(averages_v, left), held, floor_v, LIMIT),
    ]


def _blocks_v(chip: Chip, size: int) -> FloatArray:
    """Corners of some blocks within full scale, float32 (blocks, 1, size, size)."""
    parts = np.random.default_rng(1).random((BLOCKS, 1, size, size), np.float32)
    parts[0], parts[1] = 1, 0.02 * parts[1]
    return parts * np.float32(chip.mac.v_fs_v)


def _sample_s(chip: Chip) -> float:
    return chip.phases.sample_cycles * chip.clock.clk_period_s


def netlist(chip: Chip, blocks_v: FloatArray) -> Netlist:
    """A pool with its hold for each block; all are connected while sample is high."""
    lines = [control("sample", 0, _sample_s(chip))]
    for k, block_v in enumerate(blocks_v):
        lines += _pool(chip, k, [float(v) for v in block_v.ravel()])
    step_s = chip.mac.settle_tau_ns * 1e-9 / 50
    period_s = chip.clock.layer_period_cycles * chip.clock.clk_period_s
    analysis = f"tran {step_s} {period_s} 0 {step_s} uic"
    probes = tuple(f"v(held{k})" for k in range(len(blocks_v)))
    return Netlist(f"pool_{blocks_v.shape[-1]}", tuple(lines), analysis, probes)


def _pool(chip: Chip, k: int, corners_v: list[float]) -> list[str]:
    """Empty C_in = C_f / size^2 between each corner and the amplifier, and C_f around it."""
    c_f_f = capacitance_f(chip.mac, 0)
    lines = []
    for corner, volts in enumerate(corners_v):
        name = f"{k}_{corner}"
        lines += [
            f"Vcorner{name} corner{name} 0 {volts}",
            f"Xin{name} corner{name} plate{name} sample switch ron={SWITCH_OHM}",
            f"Cin{name} plate{name} in{k} {c_f_f / len(corners_v)} ic=0",
        ]
    return [
        *lines,
        f"Cf{k} in{k} out{k} {c_f_f} ic=0",
        *amplifier(chip.mac, str(k), f"in{k}", f"out{k}", _unity_gain_rad_s(chip, c_f_f)),
        f"Xhold{k} out{k} held{k} sample switch ron={SAMPLE_OHM}",
        f"Chold{k} held{k} 0 {c_f_f} ic=0",
        f"Rhold{k} held{k} 0 {chip.mac.hold_tau_us * 1e-6 / c_f_f}",
    ]


def _unity_gain_rad_s(chip: Chip, c_f_f: float) -> float:
    """Amplifier that settles in the chip's time with feedback C_f / (C_f + sum C_in + C_amp)."""
    return (2 * c_f_f + chip.mac.c_in_ff * 1e-15) / c_f_f / (chip.mac.settle_tau_ns * 1e-9)


def _outputs(waves: Waves, times_s: Floats | list[float]) -> Floats:
    """Held voltages (blocks, times), turned over as the reference of the next stage does."""
    return -np.stack([waves.at(f"v(held{k})", times_s) for k in range(BLOCKS)])
