"""The analog model, with a record of what the pulses on each word were."""

from __future__ import annotations

from typing import Any

import numpy as np

from chips.description import Chip
from pymodel.device import Device
from pymodel.macro import Macro
from pymodel.pins import SET_DIRECTION, Drive


class RecordingMacro(Macro):
    """One die that keeps count of the pulses on its words.

    Attributes
    ----------
    pulses
        Pulses per word since `forget`, int (words,), in the order of programming.
    form_bl_mv, formed_ohm
        Bit line of the last pulse on a virgin cell of each word in mV, and the lowest resistance of
        the word after it in ohms, (words,).
    """

    def __init__(self, chip: Chip, device: Device, **options: Any) -> None:
        super().__init__(chip, device, **options)
        self.form_bl_mv = np.zeros(chip.words)
        self.formed_ohm = np.zeros(chip.words)
        self.forget()

    def forget(self) -> None:
        """Count from now on."""
        self.pulses = np.zeros(self.chip.words, np.int64)

    def drive(self, pins: Drive) -> None:
        """An interval with high voltage on and no other pin changing has ended."""
        array = self._layer_array(pins.layer)
        geometry = self.chip.geometry[pins.layer]
        word = geometry.word_base + pins.group * geometry.rows + pins.row
        virgin = not (array.formed[pins.group, pins.row] | ~array.exists[pins.group]).all()
        super().drive(pins)
        self.pulses[word] += 1
        if virgin and pins.polarity == SET_DIRECTION:
            self.form_bl_mv[word] = pins.bl_dac * self.chip.programming.dac_step_mv
            self.formed_ohm[word] = array.resistance_ohm[pins.group, pins.row].min()
