"""What the pins of the macro have let its analog parts do, for the account of its energy."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from pymodel.pins import SET_DIRECTION, Drive, ReadPulse
from pymodel.rng import FloatArray

PS = 1e-12

Float64Array = npt.NDArray[np.float64]


class Activity:
    """Sums since the account was opened.

    Attributes
    ----------
    bank_reads, bank_read_s : reads of each bank and their total length, float64 (banks,)
    biased_s : time with bias of each layer
    volt_s : of each layer float64 (*in_shape), the integral of its input voltages over that time
    loads, compares : images taken over by the input DACs, strobes of the comparators
    driven_s : seconds of high voltage times cells, by the codes of word line and line, and polarity
    """

    def __init__(self, chip: Chip) -> None:
        self.bank_reads, self.bank_read_s = np.zeros((2, chip.banks))
        self.biased_s = [0.0] * len(chip.layers)
        self.volt_s: list[Float64Array] = [np.zeros(g.in_shape) for g in chip.geometry]
        self.loads = self.compares = 0
        self.driven_s: defaultdict[tuple[int, int, int], float] = defaultdict(float)
        self._pending_s = [0.0] * len(chip.layers)

    def drive(self, pins: Drive) -> None:
        """An interval of high voltage has ended."""
        setting = pins.polarity == SET_DIRECTION
        line, cells = (pins.bl_dac, pins.bl_en) if setting else (pins.sl_dac, pins.sl_en)
        if pins.wl_en:
            self.driven_s[pins.wl_dac, line, pins.polarity] += cells.bit_count() * pins.duration_s

    def read(self, pins: ReadPulse) -> None:
        """A bank has been read."""
        self.bank_reads[pins.bank] += 1
        self.bank_read_s[pins.bank] += pins.pulse_s

    def biased(self, layer: int, passed_ps: int) -> None:
        """A layer had its bias for so long, with the inputs that it will be told of."""
        self._pending_s[layer] += passed_ps * PS

    def seen(self, layer: int, volts: FloatArray) -> None:
        """These inputs (1, *in_shape), in volts, have been before a layer until now."""
        pending_s, self._pending_s[layer] = self._pending_s[layer], 0.0
        if pending_s:
            self.biased_s[layer] += pending_s
            self.volt_s[layer] += volts[0] * pending_s
