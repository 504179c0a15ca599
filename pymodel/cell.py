"""The cells of one layer as a structure of arrays, and what pulses and stress do to them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from pymodel.device import Device, ResetPulse, SetPulse, constant, lrs_ohm
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.rng import FloatArray, Stream, generator, normals

SIGMA_BOUND = 3.5  # cell-to-cell spread is cut here, in standard deviations
DRAW_SET, DRAW_FORM, DRAW_RESET, DRAW_FACTOR = range(4)

BoolArray = npt.NDArray[np.bool_]


class Columns(NamedTuple):
    """Selected columns of a word: as bool (cells,) and as weights 0 or 1, float64 (cells,)."""

    mask: BoolArray
    weight: npt.NDArray[np.float64]


@lru_cache(maxsize=8192)
def columns_of(mask: int, cells: int) -> Columns:
    """Columns whose bit is set, the lowest first; shared, not to be written."""
    raw = np.frombuffer(mask.to_bytes((cells + 7) // 8, "little"), np.uint8)
    bits = np.unpackbits(raw, count=cells, bitorder="little").view(np.bool_)
    return Columns(bits, bits.astype(np.float64))


def bounded_variation(device: Device, draws: FloatArray) -> FloatArray:
    """Relative resistance of a landing cell, 1 +- the bound, from normals of any shape.

    Nearly normal with `variation_rms`, and never beyond `variation_bound` (the seed's "50 %
    RRAM variations"): 1 + b tanh(rms z / b).
    """
    bound = device.resistance.variation_bound
    factor: FloatArray = np.tanh(draws * np.float32(device.resistance.variation_rms / bound))
    factor *= np.float32(bound)
    factor += 1
    return factor


def pulse_draws(device: Device, block: FloatArray) -> FloatArray:
    """Draws of drive events, float32 (events, 4, cells), from normals (events, 2, cells).

    Rows DRAW_SET, DRAW_FORM, DRAW_RESET: cycle-to-cycle spread of the threshold in volts;
    DRAW_FACTOR: relative resistance of a landing cell.
    """
    draws = np.empty((len(block), 4, block.shape[2]), np.float32)
    for row, law in enumerate((device.set, device.form, device.reset)):
        np.multiply(block[:, 0], np.float32(law.cycle_sigma_v), out=draws[:, row])
    draws[:, DRAW_FACTOR] = bounded_variation(device, block[:, 1])
    return draws


class CellArray:
    """Cells of one layer, arrays (groups, rows, lanes * bits); a word is one contiguous view.

    A virgin cell answers to its forming threshold and to no RESET; a cell that does not exist or
    is stuck answers to nothing. Stress of half-selected cells is counted per line and looked at
    only where a cell could have seen more than the budget.
    """

    def __init__(self, chip: Chip, device: Device, layer: int, seed: int, die: int) -> None:
        geometry = chip.geometry[layer]
        self.shape = (geometry.groups, geometry.rows, chip.word_cells)
        self._device = device
        self._draw_cells(generator(seed, die, Stream.CELL, layer))
        self.exists = _existing(chip, layer)
        self.formed = np.zeros(self.shape, np.bool_)
        self.cycles = np.zeros(self.shape, np.uint32)
        self.stuck = np.zeros(self.shape, np.bool_)
        self._disable(np.broadcast_to(~self.exists[:, None], self.shape), np.inf)
        self._virgin = np.repeat(self.exists.sum(1)[:, None], geometry.rows, 1)
        self._clear_stress()
        self._make_scratch()

    def _draw_cells(self, rng: np.random.Generator) -> None:
        """Resistance and thresholds of every cell as the fab left it."""
        device, levels = self._device, self._device.resistance
        above = np.abs(normals(rng, *self.shape)) * levels.virgin_log_sigma
        self.resistance_ohm = (levels.virgin_min_ohm * np.exp(above)).astype(np.float32)
        self._on_v, self._set_v, self._reset_v = (
            np.float32(s.threshold_v)
            + np.float32(s.cell_sigma_v)
            * np.clip(normals(rng, *self.shape), -SIGMA_BOUND, SIGMA_BOUND)
            for s in (device.form, device.set, device.reset)
        )
        self._off_v = np.full(self.shape, np.inf, np.float32)

    def _make_scratch(self) -> None:
        """Arrays of one word that every pulse writes anew, and the constants it takes."""
        cells, device = self.shape[2], self._device
        self._values, self._limits = np.empty((2, cells), np.float32)
        self._switched, self._others = np.empty((2, cells), np.bool_)
        self._both = np.empty((2, cells), np.bool_)  # switched, for both directions of stress
        self._stress_s = np.empty((2, cells))
        self._lrs_min_ohm = constant(device.resistance.lrs_min_ohm)
        self._hrs_max_ohm = constant(device.resistance.hrs_max_ohm)
        self._boundary_ohm = constant(device.boundary_ohm)
        self._onset_ohm = constant(device.reset.onset_ohm)
        self._efolds_per_v = constant(1 / device.reset.efold_v)

    def _clear_stress(self) -> None:
        groups, rows, cells = self.shape
        self._line_stress_s = np.zeros((groups, 2, cells))
        self._row_stress_s = np.zeros((groups, rows, 2, 1))
        self._seen_stress_s = np.zeros((groups, rows, 2, cells))  # when last switched
        self._worst_stress_s = [0.0] * groups

    def _disable(self, where: BoolArray | tuple[int, int, int], resistance_ohm: float) -> None:
        """Cells that keep `resistance_ohm` whatever is done to them."""
        self.resistance_ohm[where] = resistance_ohm
        for threshold in (self._on_v, self._off_v, self._set_v, self._reset_v):
            threshold[where] = np.inf

    # What the cells are.

    def resistance(self, group: int, row: int) -> FloatArray:
        """Resistances of one word, float32 (cells,), in ohms; a view, not to be written."""
        if self._worst_stress_s[group] <= self._device.disturb.budget_s:
            word: FloatArray = self.resistance_ohm[group, row]
            return word
        words = self._disturbed(slice(group, group + 1), slice(row, row + 1))
        return words.reshape(-1)

    def resistances(self) -> FloatArray:
        """Resistances of all cells, float32 (groups, rows, cells), in ohms; infinite: no cell."""
        if max(self._worst_stress_s) <= self._device.disturb.budget_s:
            return self.resistance_ohm
        return self._disturbed(slice(None), slice(None))

    def words(self, first: int, last: int) -> FloatArray:
        """Resistances of words first..last-1 (row fastest), float32 (words, cells), in ohms."""
        return self.resistances().reshape(-1, self.shape[2])[first:last]

    def _disturbed(self, groups: slice, rows: slice) -> FloatArray:
        """Resistances after the stress since each cell last switched.

        Beyond the budget a cell moves in proportion to the stress: down by SET-direction stress,
        up by RESET-direction stress, within the range of formed cells. Form assumed.
        """
        exposure = self._exposure_s(groups, rows) - self._seen_stress_s[groups, rows]
        factor = np.maximum(exposure / self._device.disturb.budget_s, 1.0)
        resistance = self.resistance_ohm[groups, rows]
        moved = resistance * factor[:, :, RESET_DIRECTION] / factor[:, :, SET_DIRECTION]
        levels = self._device.resistance
        moved = np.clip(moved, levels.lrs_min_ohm, levels.hrs_max_ohm).astype(np.float32)
        movable = self.formed[groups, rows] & ~self.stuck[groups, rows]
        return np.where(movable, moved, resistance)

    def _exposure_s(self, groups: slice, rows: slice) -> npt.NDArray[np.float64]:
        """Stress that lines and rows have seen, (groups, rows, 2, cells), in seconds."""
        return self._line_stress_s[groups][:, None] + self._row_stress_s[groups, rows]

    # What is done to them.

    def stress_lines(self, group: int, direction: int, columns: Columns, stress_s: float) -> None:
        """Count stress on the driven lines of a group: all rows of these columns see it."""
        line, added = self._line_stress_s[group, direction], self._stress_s[0]
        np.multiply(columns.weight, stress_s, out=added)
        np.add(line, added, out=line)
        self._worst_stress_s[group] += stress_s

    def stress_row(self, group: int, row: int, direction: int, stress_s: float) -> None:
        """Count stress on all cells of one word."""
        self._row_stress_s[group, row, direction, 0] += stress_s
        self._worst_stress_s[group] += stress_s

    def stress_words(self, first: int, last: int, direction: int, stress_s: float) -> None:
        """Count stress on all cells of words first..last-1."""
        self._row_stress_s.reshape(-1, 2)[first:last, direction] += stress_s
        rows = self.shape[1]
        for group in range(first // rows, (last - 1) // rows + 1):
            self._worst_stress_s[group] += stress_s

    def set_pulse(
        self, group: int, row: int, mask: BoolArray, pulse: SetPulse, draws: FloatArray
    ) -> None:
        """FORM or SET the masked cells of one word that the pulse lifts over their threshold.

        A filament only grows: the cell lands at the resistance of the word line's compliance
        unless it is below it already.

        Parameters
        ----------
        draws : float32 (4, cells), see `pulse_draws`
        """
        limits, switched = self._limits, self._switched
        np.add(draws[DRAW_SET], pulse.set_level_v, out=limits)
        virgin = self._virgin[group, row]
        if virgin:
            np.logical_not(self.formed[group, row], out=self._others)
            np.add(draws[DRAW_FORM], pulse.form_level_v, out=limits, where=self._others)
        np.less_equal(self._on_v[group, row], limits, out=switched)
        np.logical_and(switched, mask, out=switched)
        if np.count_nonzero(switched):
            self._grow(group, row, pulse, draws[DRAW_FACTOR])
            if virgin:
                self._form(group, row)

    def _grow(self, group: int, row: int, pulse: SetPulse, factors: FloatArray) -> None:
        """Switched cells land at the compliance; those that were above the boundary cycled."""
        old, values, cycled = self.resistance(group, row), self._values, self._others
        np.multiply(factors, pulse.landing_ohm, out=values)
        np.maximum(values, self._lrs_min_ohm, out=values)
        np.minimum(values, old, out=values)
        np.greater(old, self._boundary_ohm, out=cycled)
        np.logical_and(cycled, self._switched, out=cycled)
        cycles = self.cycles[group, row]
        np.add(cycles, cycled, out=cycles)
        self._land(group, row)

    def reset_pulse(
        self, group: int, row: int, mask: BoolArray, pulse: ResetPulse, draws: FloatArray
    ) -> None:
        """RESET the masked cells of one word, gradually with the overdrive.

        The cell lands at onset * exp(overdrive / efold), unless it is above it already
        (exponential dependence on the stop voltage: Ielmini, IEEE TED 58, 4309, 2011).

        Parameters
        ----------
        draws : float32 (4, cells), see `pulse_draws`
        """
        overdrive_v, switched = self._values, self._switched
        np.add(draws[DRAW_RESET], pulse.level_v, out=overdrive_v)
        np.subtract(overdrive_v, self._off_v[group, row], out=overdrive_v)
        np.greater(overdrive_v, 0, out=switched)
        np.logical_and(switched, mask, out=switched)
        if np.count_nonzero(switched):
            self._shrink(group, row, draws[DRAW_FACTOR])

    def _shrink(self, group: int, row: int, factors: FloatArray) -> None:
        """Switched cells land where their overdrive, in `_values`, takes them."""
        values = self._values
        np.multiply(values, self._efolds_per_v, out=values)
        np.exp(values, out=values)
        np.multiply(values, self._onset_ohm, out=values)
        np.multiply(values, factors, out=values)
        np.minimum(values, self._hrs_max_ohm, out=values)
        np.maximum(values, self.resistance(group, row), out=values)
        self._land(group, row)

    def _land(self, group: int, row: int) -> None:
        """Switched cells take their new resistance and forget their stress."""
        switched, seen, both = self._switched, self._stress_s, self._both
        np.copyto(self.resistance_ohm[group, row], self._values, where=switched)
        np.add(self._line_stress_s[group], self._row_stress_s[group, row], out=seen)
        both[:] = switched
        np.copyto(self._seen_stress_s[group, row], seen, where=both)

    def _form(self, group: int, row: int) -> None:
        """Virgin cells that switched are formed: their SET and RESET thresholds hold now."""
        formed = self.formed[group, row]
        np.greater(self._switched, formed, out=self._others)
        self._virgin[group, row] -= np.count_nonzero(self._others)
        np.copyto(self._on_v[group, row], self._set_v[group, row], where=self._others)
        np.copyto(self._off_v[group, row], self._reset_v[group, row], where=self._others)
        np.logical_or(formed, self._switched, out=formed)

    # What only a model can do.

    def stick(self, group: int, row: int, cell: int, resistance_ohm: float) -> None:
        """Fix one cell at a resistance for good.

        Raises
        ------
        InputError
            No such cell, or a resistance that is not above 0.
        """
        groups, rows, cells = self.shape
        where = (group, row, cell)
        if not (0 <= group < groups and 0 <= row < rows and 0 <= cell < cells):
            raise InputError(f"cell {where} does not exist, the layer has {self.shape}")
        if not self.exists[group, cell]:
            raise InputError(f"cell {where} does not exist: group {group} has fewer lanes")
        if not resistance_ohm > 0:
            raise InputError(f"stuck resistance {resistance_ohm:g} ohm, must be above 0")
        self._virgin[group, row] -= not (self.formed[where] or self.stuck[where])
        self.stuck[where] = True
        self._disable(where, resistance_ohm)

    def preset(self, high: BoolArray, wl_v: float, rng: np.random.Generator) -> None:
        """Form all cells and set them to their level as a write would have left them.

        Parameters
        ----------
        high : bool (groups, rows, cells), True for the high-resistance state
        wl_v : word line of the SET that is not done, in volts
        """
        device, levels = self._device, self._device.resistance
        factor = bounded_variation(device, normals(rng, *self.shape))
        low_hrs = device.levels[1].verify_lo_ohm or device.boundary_ohm
        centre = np.where(high, np.sqrt(low_hrs * levels.hrs_max_ohm), lrs_ohm(device, wl_v))
        usable = self.exists[:, None] & ~self.stuck
        landed = np.maximum(centre * factor, levels.lrs_min_ohm)
        np.copyto(self.resistance_ohm, landed.astype(np.float32), where=usable)
        np.copyto(self._on_v, self._set_v, where=usable)
        np.copyto(self._off_v, self._reset_v, where=usable)
        self.formed |= usable
        self._virgin[:] = 0
        self._clear_stress()


def _existing(chip: Chip, layer: int) -> BoolArray:
    """Which columns of each group exist, bool (groups, cells): the last may have fewer lanes."""
    geometry, ident = chip.geometry[layer], chip.chip
    lanes = np.arange(geometry.groups * ident.lanes) < geometry.filters
    return np.repeat(lanes.reshape(geometry.groups, -1), ident.weight_bits, axis=1)
