"""The analog model, with a record of what pulses did to its words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from pymodel.cell import CellArray
from pymodel.device import Device
from pymodel.macro import Macro
from pymodel.pins import SET_DIRECTION, Drive


class RecordingMacro(Macro):
    """One die that keeps count of the pulses on its words and notes how its cells were formed.

    Attributes
    ----------
    pulses
        Pulses per word since `forget`, int (words,), in the order of programming.
    form_bl_mv, formed_ohm
        Bit line of the pulse that formed each cell in mV, and its resistance after it in ohms,
        (words, cells); 0 for a cell that is not formed.
    """

    def __init__(self, chip: Chip, device: Device, **options: Any) -> None:
        super().__init__(chip, device, **options)
        self.form_bl_mv = np.zeros((chip.words, chip.word_cells))
        self.formed_ohm = np.zeros((chip.words, chip.word_cells))
        self.forget()

    def forget(self) -> None:
        """Count from now on."""
        self.pulses = np.zeros(self.chip.words, np.int64)

    def drive(self, pins: Drive) -> None:
        """An interval with high voltage on and no other pin changing has ended."""
        geometry, array = self.chip.geometry[pins.layer], self._layer_array(pins.layer)
        number = geometry.word_base + pins.group * geometry.rows + pins.row
        self.pulses[number] += 1
        before = array.formed[pins.group, pins.row].copy()
        super().drive(pins)
        if pins.polarity == SET_DIRECTION and not before.all():
            self._note_formed(array, pins, number, before)

    def _note_formed(
        self, array: CellArray, pins: Drive, number: int, before: npt.NDArray[np.bool_]
    ) -> None:
        new = array.formed[pins.group, pins.row] & ~before
        self.form_bl_mv[number, new] = pins.bl_dac * self.chip.programming.dac_step_mv
        self.formed_ohm[number, new] = array.resistance_ohm[pins.group, pins.row][new]
