"""Energy that the analog core takes from its supplies, from what its pins have let it do.

All of it is drawn at `reader.vdd_v` but programming, which is at the voltage of the lines. Not in
it: the digital control, clocks, pads, the charge pump, the gates of switches, references, and what
the MAC currents lose in their regulation. What section [energy] of the chip description holds is
assumed, and marked so in reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.geometry import LayerGeometry
from pymodel.activity import Activity, Float64Array
from pymodel.comparator import pair_count
from pymodel.device import Device
from pymodel.mac import layer_weights
from pymodel.reader_energy import read_energy_j
from pymodel.rng import FloatArray
from pymodel.switching import compliance_a


@dataclass(frozen=True)
class Energy:
    """Joules by where they go.

    reads: dividers of the pulsed read. macs: currents of the MAC cells and their mirrored copies.
    integrators, pools: bias of the amplifiers, while they have it. comparators, dacs: decisions of
    the class comparators, conversions of the input.
    """

    reads: float
    macs: float
    integrators: float
    pools: float
    comparators: float
    dacs: float

    @property
    def total(self) -> float:
        """All of it."""
        return float(sum(getattr(self, field.name) for field in fields(self)))


def energy_j(
    chip: Chip,
    activity: Activity,
    gates: Sequence[FloatArray],
    resistances: Sequence[FloatArray],
) -> Energy:
    """Energy of an account, with the gates and cells as they are now.

    Parameters
    ----------
    gates : of every layer, 0..1, float32 (words, cells)
    resistances : of every layer at its temperature, float32 (words, cells), in ohms
    """
    extra, vdd_v = chip.energy, chip.reader.vdd_v
    biased = list(zip(activity.biased_s, chip.geometry, strict=True))
    sums_s = sum(time_s * np.prod(g.sum_shape) for time_s, g in biased)
    outputs_s = sum(time_s * np.prod(g.out_shape) for time_s, g in biased)
    return Energy(
        reads=sum(map(float, bank_energy_j(chip, activity, resistances))),
        macs=vdd_v * (1 + chip.mac.mirror_ratio) * sum(mac_charge_c(chip, activity, gates)),
        integrators=float(vdd_v * extra.integrator_bias_ua * 1e-6 * sums_s),
        pools=float(vdd_v * extra.pool_bias_ua * 1e-6 * outputs_s),
        comparators=extra.comparator_fj * 1e-15 * pair_count(chip.chip.classes) * activity.compares,
        dacs=extra.input_dac_fj * 1e-15 * chip.image_bytes * activity.loads,
    )


def bank_energy_j(
    chip: Chip, activity: Activity, resistances: Sequence[FloatArray]
) -> Float64Array:
    """Energy of the reads of each bank, (banks,): as many pulses of their mean length."""
    found = np.zeros(chip.banks)
    for bank in np.flatnonzero(activity.bank_reads):
        reads, read_s = activity.bank_reads[bank], activity.bank_read_s[bank]
        geometry = next(g for g in chip.geometry if bank < g.bank_base + g.banks)
        first = (bank - geometry.bank_base) * geometry.words_per_bank
        cells = resistances[geometry.index][first : first + geometry.words_per_bank]
        found[bank] = reads * read_energy_j(chip.reader, cells, 0.0, read_s / reads).sum()
    return found


def mac_charge_c(chip: Chip, activity: Activity, gates: Sequence[FloatArray]) -> list[float]:
    """Charge of the MAC currents of each layer, in coulombs.

    A cell draws g V_in sum_b 2^b w_b on one of its sides, so an input feeds g times the sum of the
    magnitudes of all instances that it goes to. Mismatch averages out and is left out.
    """
    charges = []
    for geometry, volt_s in zip(chip.geometry, activity.volt_s, strict=True):
        magnitudes = np.abs(layer_weights(chip, geometry.index, gates[geometry.index]))
        load, bias_load = input_load(chip, geometry, magnitudes)
        bias_volt_s = chip.mac.v_fs_v * activity.biased_s[geometry.index]
        total = float((load * volt_s).sum()) + bias_load * bias_volt_s
        charges.append(chip.mac.g_lsb_us * 1e-6 * total)
    return charges


def input_load(
    chip: Chip, geometry: LayerGeometry, magnitudes: FloatArray
) -> tuple[Float64Array, float]:
    """LSBs that each input of a layer feeds, (*in_shape), and those of its bias row.

    Parameters
    ----------
    magnitudes : weights without sign, (filters, rows)
    """
    rows = magnitudes.sum(0, dtype=np.float64)
    if geometry.bias_row:
        return rows[:-1].reshape(geometry.in_shape), float(rows[-1])
    return _conv_load(geometry.in_shape, chip.layers[geometry.index].kernel, rows), 0.0


def _conv_load(shape: tuple[int, int, int], kernel: int, rows: Float64Array) -> Float64Array:
    """Every tap of the kernel that falls on each input; less of them at the edges."""
    channels, height, width = shape
    edge = kernel // 2
    padded = np.zeros((channels, height + 2 * edge, width + 2 * edge))
    taps: npt.NDArray[np.float64] = rows.reshape(channels, kernel, kernel, 1, 1)
    for y in range(kernel):
        for x in range(kernel):
            padded[:, y : y + height, x : x + width] += taps[:, y, x]
    return padded[:, edge : edge + height, edge : edge + width]


def programming_energy_j(chip: Chip, device: Device, activity: Activity) -> float:
    """Energy of all pulses at the most: V_line I_comp(V_wl) for every driven cell and second.

    The current limit is that of the access transistor; a cell that conducts less takes less.
    """
    step_v = chip.programming.dac_step_mv * 1e-3
    return sum(
        line * step_v * compliance_a(device.access, wl * step_v) * cell_s
        for (wl, line, _), cell_s in activity.driven_s.items()
    )
