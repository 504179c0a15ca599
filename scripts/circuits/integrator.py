"""The integrating amplifier: integration, settling while it is sampled, reset."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips import Chip
from pymodel.tia import capacitance_f, gain, lag_left, lagging_reset, picoseconds, ramp_lag
from scripts.circuits.amplifier import amplifier, unity_gain_rad_s
from scripts.circuits.comparison import Comparison, compared
from scripts.circuits.simulator import (
    Floats,
    Netlist,
    Waves,
    control,
    current_pulse,
    simulate,
)

LIMIT, FLOOR = 0.01, 0.01  # relative; of full scale
PARTS = (0.9, 0.3, -0.6)  # of full scale: where the integrations end
PROGRESS = np.array([0.05, 0.1, 0.25, 0.5, 1.0])


@dataclass(frozen=True)
class Case:
    """One integrator: capacitor, and weighted sum in volts times LSBs."""

    cf_sel: int
    volt_lsb: float


@dataclass(frozen=True)
class Times:
    """Ends of the integration, of the sample and of the reset, in seconds."""

    t_ctrl_cycles: int
    integrated: float
    sampled: float
    reset: float

    @property
    def t_ctrl_ps(self) -> int:
        """Length of the integration."""
        return picoseconds(self.integrated)

    @property
    def circuit(self) -> str:
        """What the table calls it."""
        return f"integrator, T = {self.t_ctrl_cycles}"


def compare_integrator(chip: Chip, folder: Path) -> list[Comparison]:
    """The shortest integration, most of which is lag, and the longest."""
    lengths = (1, chip.phases.t_ctrl_max_cycles)
    return [row for cycles in lengths for row in _compare(chip, cycles, folder)]


def _compare(chip: Chip, t_ctrl_cycles: int, folder: Path) -> list[Comparison]:
    """Output while it integrates, while it settles, and what a reset leaves of it."""
    times = _times(chip, t_ctrl_cycles)
    cases = _cases(chip, times)
    waves = simulate(netlist(chip, times, cases), folder)
    return [
        _ramp(chip, times, cases, waves),
        _settled(chip, times, cases, waves),
        _reset(chip, times, cases, waves),
    ]


def _times(chip: Chip, t_ctrl_cycles: int) -> Times:
    """The phases of the layer sequencer, then the reset of the next layer clock."""
    clock_s, phases = chip.clock.clk_period_s, chip.phases
    integrated_s = t_ctrl_cycles * clock_s
    sampled_s = integrated_s + (phases.gap_cycles + phases.sample_cycles) * clock_s
    reset_s = sampled_s + phases.reset_cycles * clock_s
    return Times(t_ctrl_cycles, integrated_s, sampled_s, reset_s)


def _cases(chip: Chip, times: Times) -> list[Case]:
    """Smallest and largest capacitor, each with sums that end at some parts of full scale."""
    ends = (0, 2**chip.mac.cf_sel_bits - 1)
    return [
        Case(cf_sel, part * chip.mac.v_fs_v / float(gain(chip.mac, times.t_ctrl_ps, cf_sel)))
        for cf_sel, part in product(ends, PARTS)
    ]


def netlist(chip: Chip, times: Times, cases: list[Case]) -> Netlist:
    """An empty integrator for each case; the current of the I-sense flows out of its input."""
    lines = [control("reset", times.sampled, 2 * times.reset)]
    for k, case in enumerate(cases):
        lines += _integrator(chip, times, k, case)
    step_s = chip.mac.settle_tau_ns * 1e-9 / 50
    analysis = f"tran {step_s} {times.reset} 0 {step_s} uic"
    probes = tuple(f"v(out{k})" for k in range(len(cases)))
    return Netlist(f"integrator_{times.t_ctrl_cycles}", tuple(lines), analysis, probes)


def _integrator(chip: Chip, times: Times, k: int, case: Case) -> list[str]:
    mac = chip.mac
    c_f_f = capacitance_f(mac, case.cf_sel)
    ampere = case.volt_lsb * mac.g_lsb_us * 1e-6 * mac.mirror_ratio
    return [
        f"Isense{k} in{k} 0 {current_pulse(ampere, times.integrated)}",
        f"Cf{k} out{k} in{k} {c_f_f} ic=0",
        f"Xreset{k} out{k} in{k} reset switch ron={mac.reset_tau_ns * 1e-9 / c_f_f}",
        *amplifier(mac, str(k), f"in{k}", f"out{k}", unity_gain_rad_s(mac, c_f_f)),
    ]


def _ramp(chip: Chip, times: Times, cases: list[Case], waves: Waves) -> Comparison:
    ages_s = PROGRESS * times.integrated
    model = [[sum(_output_v(chip, case, picoseconds(t))) for t in ages_s] for case in cases]
    simulated = _outputs(waves, cases, ages_s)
    return _compared(chip, times, "output while it integrates", model, simulated)


def _settled(chip: Chip, times: Times, cases: list[Case], waves: Waves) -> Comparison:
    ages_s = PROGRESS * (times.sampled - times.integrated)
    left = np.array([float(lag_left(chip.mac, picoseconds(t))) for t in ages_s])
    ends = [_output_v(chip, case, times.t_ctrl_ps) for case in cases]
    model = [goal_v + lag_v * left for goal_v, lag_v in ends]
    simulated = _outputs(waves, cases, times.integrated + ages_s)
    return _compared(chip, times, "output while it settles", model, simulated)


def _output_v(chip: Chip, case: Case, duration_ps: int) -> tuple[float, float]:
    """Where the output goes by an integration, and its lag at the end (of the other sign)."""
    goal_v = case.volt_lsb * float(gain(chip.mac, duration_ps, case.cf_sel))
    return goal_v, -goal_v * float(ramp_lag(chip.mac, duration_ps))


def _reset(chip: Chip, times: Times, cases: list[Case], waves: Waves) -> Comparison:
    """Parts of full scale: nothing relative can be said of a voltage that should be 0."""
    ages_s = PROGRESS * (times.reset - times.sampled)
    settled = float(lag_left(chip.mac, picoseconds(times.sampled - times.integrated)))
    model = []
    for case in cases:
        goal_v, lag_v = _output_v(chip, case, times.t_ctrl_ps)
        begin = np.array([goal_v, -lag_v * settled])
        resets = [lagging_reset(chip.mac, picoseconds(t), case.cf_sel) @ begin for t in ages_s]
        model.append([float(goal - lag) for goal, lag in resets])
    simulated = _outputs(waves, cases, times.sampled + ages_s)
    return compared(
        times.circuit, "output in a reset, of full scale", model, simulated, chip.mac.v_fs_v, LIMIT
    )


def _outputs(waves: Waves, cases: list[Case], times_s: Floats) -> Floats:
    """Voltages (cases, times)."""
    return np.stack([waves.at(f"v(out{k})", times_s) for k in range(len(cases))])


def _compared(
    chip: Chip, times: Times, quantity: str, model: npt.ArrayLike, simulated: Floats
) -> Comparison:
    return compared(times.circuit, quantity, model, simulated, FLOOR * chip.mac.v_fs_v, LIMIT)
