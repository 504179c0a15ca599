"""What every layer held for each image of a stream, in either mode."""

from __future__ import annotations

from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.triggers import RisingEdge

from pymodel.macro import Macro


class LayerOutputs:
    """Takes the held outputs at the end of each layer clock, by the number of their image.

    Parameters
    ----------
    tick
        High in the first cycle of each layer clock.
    macro
        The model that holds them.
    """

    def __init__(self, tick: Any, macro: Macro) -> None:
        self._tick, self._macro = RisingEdge(tick), macro
        self._layers = range(len(macro.chip.layers))
        self._held: dict[tuple[int, int], npt.NDArray[np.float32]] = {}

    def start(self) -> Any:
        """Begin to take them; the task, to be cancelled."""
        return cocotb.start_soon(self._run())

    async def _run(self) -> None:
        while True:
            await self._tick
            for layer in self._layers:
                self._held[self._macro.held_image(layer), layer] = self._macro.held_v(layer)

    def of(self, image: int) -> list[npt.NDArray[np.float32]]:
        """Held outputs of every layer for one image, float32 (*out_shape), in volts."""
        return [self._held[image, layer] for layer in self._layers]
