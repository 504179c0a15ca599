"""The cells of one layer as a structure of arrays, and what pulses and stress do to them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from pymodel.device import Device
from pymodel.endurance import Wear
from pymodel.read_stress import ReadStress
from pymodel.relaxation import Drift, TimeArray
from pymodel.retention import ROOM_K, acceleration, heated_ohm, retained_ohm
from pymodel.rng import FloatArray, Stream, generator, normals
from pymodel.stress import LineStress, stress_rate
from pymodel.switching import ResetPulse, SetPulse, constant, set_landing

SIGMA_BOUND = 3.5  # cell-to-cell spread is cut here, in standard deviations
DRAW_SET, DRAW_FORM, DRAW_RESET, DRAW_FACTOR, DRAW_FILAMENT, DRAW_RATE = range(6)

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


def draw_count(device: Device) -> int:
    """Normal numbers that a drive event takes for each cell."""
    return 4 if device.evolves else 2


def pulse_draws(device: Device, block: FloatArray) -> FloatArray:
    """Draws of drive events, float32 (events, 4 or 6, cells), from normals (events, n, cells).

    Rows DRAW_SET, DRAW_FORM, DRAW_RESET: cycle-to-cycle spread of the threshold in volts;
    DRAW_FACTOR: relative resistance of a landing cell. Of a set whose cells evolve also
    DRAW_FILAMENT: relative resistance of all landings until the next RESET; DRAW_RATE: rate of the
    drift, in standard deviations.
    """
    draws = np.empty((len(block), block.shape[1] + 2, block.shape[2]), np.float32)
    for row, law in enumerate((device.set, device.form, device.reset)):
        np.multiply(block[:, 0], np.float32(law.cycle_sigma_v), out=draws[:, row])
    draws[:, DRAW_FACTOR] = bounded_variation(device, block[:, 1])
    if device.evolves:
        log_factor = block[:, 2] * np.float32(device.resistance.filament_log_sigma)
        np.exp(log_factor, out=draws[:, DRAW_FILAMENT])
        draws[:, DRAW_RATE] = block[:, 3]
    return draws


class CellArray:
    """Cells of one layer, arrays (groups, rows, lanes * bits); a word is one contiguous view.

    A virgin cell answers to its forming threshold and to no RESET, an over-formed or worn-out cell
    to no RESET; a cell that does not exist or is stuck answers to nothing. Resistances are kept as
    of the last look; drift and stress are worked out when a word is looked at. A SET cycle is the
    first SET that switches a cell after a RESET has, however many pulses follow; forming is one.
    Resistances are those at 300 K, but for what is seen of them.

    Parameters
    ----------
    temperature_k : of the cells, while they are used
    """

    def __init__(
        self,
        chip: Chip,
        device: Device,
        layer: int,
        seed: int,
        die: int,
        temperature_k: float = ROOM_K,
    ) -> None:
        geometry = chip.geometry[layer]
        self.shape = (geometry.groups, geometry.rows, chip.word_cells)
        self._device, self._reader = device, chip.reader
        self._temperature_k = temperature_k
        self._draw_cells(generator(seed, die, Stream.CELL, layer))
        self.exists = _existing(chip, layer)
        self.formed = np.zeros(self.shape, np.bool_)
        self.stuck = np.zeros(self.shape, np.bool_)
        self._disable(np.broadcast_to(~self.exists[:, None], self.shape), np.inf)
        self._virgin = np.repeat(self.exists.sum(1)[:, None], geometry.rows, 1)
        self._filament = np.ones(self.shape if device.evolves else (0,), np.float32)
        self._erased = np.ones(self.shape, np.bool_)
        self._wear = Wear(device.endurance, self.shape, generator(seed, die, Stream.LIFE, layer))
        self._clear_history()
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
        self._lrs_min_ohm = constant(device.resistance.lrs_min_ohm)
        self._hrs_max_ohm = constant(device.resistance.hrs_max_ohm)
        self._onset_ohm = constant(device.reset.onset_ohm)
        self._efolds_per_v = constant(1 / device.reset.efold_v)
        self._over_form_v = constant(device.form.over_form_v)
        self._set_rate = constant(device.relaxation.set_log_sigma)
        self._reset_rate = constant(device.relaxation.reset_log_sigma)

    def _clear_history(self) -> None:
        self.stress = LineStress(self._device.disturb, self.shape)
        self._reads = ReadStress(self._reader, self._device.disturb, self.shape)
        self._drift = Drift(
            self._device.relaxation, self.shape, self._acceleration(self._temperature_k)
        )
        self._rested_s: TimeArray | None = None  # time left alone, at 300 K; None: none was

    def _acceleration(self, temperature_k: float) -> float:
        return acceleration(self._device.retention.activation_ev, temperature_k)

    def _disable(self, where: BoolArray | tuple[int, int, int], resistance_ohm: float) -> None:
        """Cells that keep `resistance_ohm` whatever is done to them."""
        self.resistance_ohm[where] = resistance_ohm
        for threshold in (self._on_v, self._off_v, self._set_v, self._reset_v):
            threshold[where] = np.inf

    # What the cells are.

    @property
    def cycles(self) -> npt.NDArray[np.uint32]:
        """SET cycles of every cell, uint32 (groups, rows, cells); not to be written."""
        return self._wear.cycles

    def resistance(self, group: int, row: int, now_s: float) -> FloatArray:
        """Resistances of one word, float32 (cells,), in ohms; a view, not to be written."""
        word: FloatArray = self.resistance_ohm[group, row]
        self._drift.work_in(group, row, word, now_s)
        if self.stress.harmless(group):
            return word
        return self._disturbed(slice(group, group + 1), slice(row, row + 1)).reshape(-1)

    def resistances(self) -> FloatArray:
        """Resistances as last looked at, float32 (groups, rows, cells); infinite: no cell."""
        if self.stress.all_harmless():
            return self.resistance_ohm
        return self._disturbed(slice(None), slice(None))

    def words(self, first: int, last: int, now_s: float) -> FloatArray:
        """Resistances of words first..last-1 (row fastest), float32 (words, cells), in ohms."""
        rows = self.shape[1]
        for word in self._drift.due(first, last, now_s):
            self.resistance(word // rows, word % rows, now_s)
        return self.resistances().reshape(-1, self.shape[2])[first:last]

    def seen(self, group: int, row: int, now_s: float) -> FloatArray:
        """What a sense amplifier sees of one word at its temperature, float32 (cells,), in ohms."""
        return heated_ohm(self._device, self.resistance(group, row, now_s), self._temperature_k)

    def seen_words(self, first: int, last: int, now_s: float) -> FloatArray:
        """What readers see of words first..last-1, float32 (words, cells), in ohms."""
        return heated_ohm(self._device, self.words(first, last, now_s), self._temperature_k)

    def _disturbed(self, groups: slice, rows: slice) -> FloatArray:
        """Resistances after the stress since each cell last switched, within the formed range."""
        resistance = self.resistance_ohm[groups, rows]
        levels = self._device.resistance
        seen = heated_ohm(self._device, resistance, self._temperature_k)
        read_s = self._reads.stress_s(groups, rows, seen)
        moved = resistance * self.stress.factor(groups, rows, read_s)
        moved = np.clip(moved, levels.lrs_min_ohm, levels.hrs_max_ohm).astype(np.float32)
        movable = self.formed[groups, rows] & ~self.stuck[groups, rows]
        return np.where(movable, moved, resistance)

    # What is done to them.

    def set_pulse(
        self,
        group: int,
        row: int,
        mask: BoolArray,
        pulse: SetPulse,
        draws: FloatArray,
        now_s: float,
    ) -> None:
        """FORM or SET the masked cells of one word that the pulse lifts over their threshold.

        A filament only grows: the cell lands where the word line takes it unless it is below that
        already.

        Parameters
        ----------
        draws : float32 (rows, cells), see `pulse_draws`
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
            self._grow(group, row, pulse, draws, now_s)
            if virgin:
                self._form(group, row)

    def _grow(self, group: int, row: int, pulse: SetPulse, draws: FloatArray, now_s: float) -> None:
        """Switched cells land; those that RESET has switched before have cycled."""
        old, values, cycled = self.resistance(group, row, now_s), self._values, self._others
        np.multiply(draws[DRAW_FACTOR], pulse.excess_ohm, out=values)
        if self._device.evolves:
            np.multiply(values, self._filament[group, row], out=values)
        if self._device.tuning:
            np.add(values, pulse.base_ohm, out=values)
        if self._virgin[group, row]:
            np.multiply(draws[DRAW_FACTOR], pulse.formed_ohm, out=values, where=self._others)
        np.maximum(values, self._lrs_min_ohm, out=values)
        np.minimum(values, old, out=values)
        np.logical_and(self._erased[group, row], self._switched, out=cycled)
        if np.count_nonzero(cycled):
            np.copyto(self._erased[group, row], False, where=cycled)
            self._wear_out(group, row, self._wear.count(group, row, cycled))
        self._land(group, row, self._set_rate, draws, now_s)

    def _wear_out(self, group: int, row: int, worn: BoolArray | None) -> None:
        """Worn-out cells of a word are beyond RESET."""
        if worn is not None:
            np.copyto(self._reset_v[group, row], np.inf, where=worn)
            np.copyto(self._off_v[group, row], np.inf, where=worn)

    def reset_pulse(
        self,
        group: int,
        row: int,
        mask: BoolArray,
        pulse: ResetPulse,
        draws: FloatArray,
        now_s: float,
    ) -> None:
        """RESET the masked cells of one word, gradually with the overdrive.

        The cell lands at onset * exp(overdrive / efold), unless it is above it already
        (exponential dependence on the stop voltage: Ielmini, IEEE TED 58, 4309, 2011).

        Parameters
        ----------
        draws : float32 (rows, cells), see `pulse_draws`
        """
        overdrive_v, switched = self._values, self._switched
        np.add(draws[DRAW_RESET], pulse.level_v, out=overdrive_v)
        np.subtract(overdrive_v, self._off_v[group, row], out=overdrive_v)
        np.greater(overdrive_v, 0, out=switched)
        np.logical_and(switched, mask, out=switched)
        if np.count_nonzero(switched):
            self._shrink(group, row, draws, now_s)

    def _shrink(self, group: int, row: int, draws: FloatArray, now_s: float) -> None:
        """Switched cells land where their overdrive, in `_values`, takes them."""
        values = self._values
        np.multiply(values, self._efolds_per_v, out=values)
        np.exp(values, out=values)
        np.multiply(values, self._onset_ohm, out=values)
        np.multiply(values, draws[DRAW_FACTOR], out=values)
        np.minimum(values, self._hrs_max_ohm, out=values)
        np.maximum(values, self.resistance(group, row, now_s), out=values)
        if self._device.evolves:
            np.copyto(self._filament[group, row], draws[DRAW_FILAMENT], where=self._switched)
        erased = self._erased[group, row]
        np.logical_or(erased, self._switched, out=erased)
        self._land(group, row, self._reset_rate, draws, now_s)

    def _land(
        self, group: int, row: int, sigma: FloatArray, draws: FloatArray, now_s: float
    ) -> None:
        """Switched cells take their new resistance, forget their stress and begin to drift."""
        np.copyto(self.resistance_ohm[group, row], self._values, where=self._switched)
        self.stress.forget(group, row, self._switched)
        if self._rested_s is not None:
            np.copyto(self._rested_s[group, row], 0.0, where=self._switched)
        self._reads.forget(group, row, self._switched)
        if self._drift.on:
            self._drift.land(group, row, self._switched, draws[DRAW_RATE] * sigma, now_s)

    def _form(self, group: int, row: int) -> None:
        """Virgin cells that switched are formed: their SET and RESET thresholds hold now.

        A cell that the pulse has overdriven has too wide a filament for any RESET.
        """
        formed, new, over_v = self.formed[group, row], self._others, self._values
        np.greater(self._switched, formed, out=new)
        self._virgin[group, row] -= np.count_nonzero(new)
        np.subtract(self._limits, self._on_v[group, row], out=over_v)
        np.copyto(self._on_v[group, row], self._set_v[group, row], where=new)
        np.copyto(self._off_v[group, row], self._reset_v[group, row], where=new)
        np.logical_or(formed, self._switched, out=formed)
        np.logical_and(new, over_v > self._over_form_v, out=new)
        if np.count_nonzero(new):
            np.copyto(self.resistance_ohm[group, row], self._lrs_min_ohm, where=new)
            self._wear_out(group, row, new)

    def read(self, first: int, last: int, pulse_s: float) -> None:
        """Words first..last-1 (row fastest) were read through their dividers once.

        A cell never sees more than VDD, which tells when its stress must be looked at.
        """
        worst_s = pulse_s * stress_rate(self._device.disturb, self._reader.vdd_v)
        self.stress.add_words(first, last, worst_s)
        self._reads.add(first, last, pulse_s)

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

    def age(self, cycles: int) -> None:
        """Let all cells have gone through `cycles` more cycles of SET and RESET.

        Raises
        ------
        InputError
            A negative number.
        """
        worn = self._wear.age(cycles)
        for threshold in (self._reset_v, self._off_v):
            threshold[worn] = np.inf
        stays_low = worn & self.formed & ~self.stuck
        self.resistance_ohm[stays_low] = self._device.resistance.lrs_min_ohm

    def rest(self, age_s: float, temperature_k: float) -> None:
        """Leave all cells alone for a time that no clock counts: retention and relaxation.

        Parameters
        ----------
        temperature_k : during that time

        Raises
        ------
        InputError
            A negative time.
        """
        if not age_s >= 0:
            raise InputError(f"rest of {age_s:g} s, must not be negative")
        more_s = age_s * self._acceleration(temperature_k)
        self._drift.rest(more_s)
        if self._rested_s is None:
            self._rested_s = np.zeros(self.shape)
        moved = retained_ohm(self._device, self.resistance_ohm, self._rested_s, more_s)
        np.copyto(self.resistance_ohm, moved, where=self.formed & ~self.stuck)
        self._rested_s += more_s

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
        low_ohm = sum(set_landing(device, wl_v))
        centre = np.where(high, np.sqrt(low_hrs * levels.hrs_max_ohm), low_ohm)
        usable = self.exists[:, None] & ~self.stuck
        landed = np.maximum(centre * factor, levels.lrs_min_ohm)
        np.copyto(self.resistance_ohm, landed.astype(np.float32), where=usable)
        np.copyto(self._on_v, self._set_v, where=usable)
        np.copyto(self._off_v, self._reset_v, where=usable)
        np.copyto(self._erased, high, where=usable)
        self.formed |= usable
        self._virgin[:] = 0
        self._clear_history()
        if self._drift.on:
            rate = np.where(high, self._reset_rate, self._set_rate)
            self._drift.land_all(rate * normals(rng, *self.shape))


def _existing(chip: Chip, layer: int) -> BoolArray:
    """Which columns of each group exist, bool (groups, cells): the last may have fewer lanes."""
    geometry, ident = chip.geometry[layer], chip.chip
    lanes = np.arange(geometry.groups * ident.lanes) < geometry.filters
    return np.repeat(lanes.reshape(geometry.groups, -1), ident.weight_bits, axis=1)
