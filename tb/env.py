"""The whole chip and all around it: clock, supply, host, streams, labels, analog model."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.simtime import get_sim_time
from cocotb.triggers import FallingEdge, RisingEdge, Timer, with_timeout

from chips import Chip
from chips.geometry import PIXEL_BYTES, image_beats
from chips.weights import Weights
from pymodel.binding import AnalogBinding
from pymodel.device import Device
from pymodel.macro import Macro
from tb.drivers.cycles import ClockReset
from tb.drivers.irq import IrqPin
from tb.drivers.labels import Label, LabelMonitor
from tb.drivers.spi import SpiBus, SpiPins
from tb.drivers.stream import StreamSink, StreamSource
from tb.host.codes import LevelWindow
from tb.host.host import Host, Outcome, WordAddress
from tb.host.recording import Recording
from tb.host.regmap import ProgOp
from tb.layer_outputs import LayerOutputs

TEST_PAD_NS = 40  # from a pin to the pad
LABEL_TIMEOUT_LAYER_CLOCKS = 100


def level_windows(device: Device) -> list[LevelWindow]:
    """Where each level of a cell parameter set is written and read."""
    return [
        LevelWindow(
            level.verify_lo_ohm or 0.0,
            level.verify_hi_ohm or math.inf,
            level.read_lo_ohm or 0.0,
            level.read_hi_ohm or math.inf,
        )
        for level in device.levels
    ]


def stream_words(words: npt.NDArray[np.bool_]) -> list[int]:
    """Words of targets, bool (n, cells), as the weight stream carries them."""
    packed = np.packbits(words, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


class ChipEnv:
    """Test environment of `cnr_top`.

    Parameters
    ----------
    dut
        The chip.
    chip
        Its description.
    macro
        The analog model behind its macro.
    divisor
        System clocks per SCK.
    pause
        Gives the clocks to wait before each beat of a stream; without it there are none.

    Attributes
    ----------
    observer
        A second host on the same bus, for looks that belong to no list of commands.
    read_back
        The read-back stream, not ready until it is run.
    """

    def __init__(
        self,
        dut: Any,
        chip: Chip,
        macro: Macro,
        *,
        divisor: int = 8,
        pause: Callable[[], int] | None = None,
    ) -> None:
        period_ns = chip.clock.clk_period_ns
        pins = SpiPins(dut.spi_sclk_i, dut.spi_cs_ni, dut.spi_mosi_i, dut.spi_miso_o)
        self._dut = dut
        self._macro_pins = dut.u_chip.u_macro
        self._layer_period_ns = chip.clock.layer_period_cycles * period_ns
        self.chip = chip
        self.macro = macro
        self.binding = AnalogBinding(self._macro_pins, macro)
        self.clock = ClockReset(dut)
        self.bus, self.irq = SpiBus(pins, period_ns, divisor), IrqPin(dut.irq_o)
        self.host = Host(self.bus, self.irq, chip)
        self.observer = Host(self.bus, self.irq, chip)
        self.weights = StreamSource(dut, "w", pause)
        self.pixels = StreamSource(dut, "pix", pause)
        self.read_back = StreamSink(dut, "rb", pause)
        self.labels = LabelMonitor(dut, self._macro_pins.in_load_i)

    async def start(self) -> None:
        """Power up: reset without supply first, then the supply, as on a board."""
        self.set_supply(False)
        self.set_test_mode(False)
        await self.clock.start()
        self.binding.start()
        self.labels.start()
        self.set_supply(True)
        await Timer(1, "us")

    def record(self) -> Recording:
        """Record what the host does from now on."""
        recording = Recording(self.bus, self.irq)
        self.host = Host(recording, recording, self.chip)
        return recording

    async def sense_strobe_s(self) -> float:
        """Length of the next sense strobe in seconds."""
        strobe = self._macro_pins.sense_en_i
        await RisingEdge(strobe)
        start_ns = get_sim_time("ns")
        await FallingEdge(strobe)
        return (get_sim_time("ns") - start_ns) * 1e-9

    async def pulse(self) -> None:
        """Wait until high voltage is on in the next pulse."""
        await RisingEdge(self._macro_pins.hv_en_i)

    async def sense(self) -> None:
        """Wait until the sense amplifiers are on in the next sense."""
        await RisingEdge(self._macro_pins.sense_en_i)

    async def test_pad(self) -> float:
        """The analog test pad, in volts; in ohms where it shows the sense reference."""
        await Timer(TEST_PAD_NS, "ns")
        return float(self._macro_pins.atest_model.value)

    def set_supply(self, good: bool) -> None:
        """Drive the supply flag."""
        self._dut.supply_ok_i.value = int(good)

    def set_test_mode(self, on: bool) -> None:
        """Drive the test mode pin."""
        self._dut.test_mode_i.value = int(on)

    def set_sense_latency(self, latency_ns: int) -> None:
        """Let the sense amplifiers take so long from their strobe to ready."""
        self._macro_pins.sense_latency_ns.value = latency_ns

    def word_at_pins(self) -> int:
        """Number of the word that the programming address names."""
        pins = self._macro_pins
        address = (pins.prog_layer_i, pins.prog_group_i, pins.prog_row_i)
        return self.word_number(WordAddress(*(int(pin.value) for pin in address)))

    async def connect(self, device: Device, weights: Weights) -> None:
        """Let the host check the chip and write its whole configuration."""
        await self.host.connect()
        await self.host.configure_programming(level_windows(device), device.form_pass_ohm)
        await self.host.configure_compute(weights.t_ctrl, weights.cf_sel)

    async def form(self) -> Outcome:
        """FORM the whole chip."""
        return await self.host.run(ProgOp.FORM)

    async def write(self, words: npt.NDArray[np.bool_]) -> Outcome:
        """WRITE the whole chip with the targets of every word, bool (words, cells)."""
        sending = cocotb.start_soon(self.send_words(words))
        outcome = await self.host.run(ProgOp.WRITE)
        sending.cancel()
        return outcome

    async def resume(self, words: npt.NDArray[np.bool_]) -> Outcome:
        """Go on where the last operation ended early, with the words from there on."""
        sending = cocotb.start_soon(
            self.send_words(words[self.word_number(await self.host.pointer()) :])
        )
        await self.host.resume()
        outcome = await self.host.finished()
        sending.cancel()
        return outcome

    async def read_weights(self) -> None:
        """Read all cells into the storage nodes and accept images."""
        await self.host.read_weights()
        await self.host.enable_inference()

    def word_number(self, address: WordAddress) -> int:
        """Number of a word in the order of programming."""
        geometry = self.chip.geometry[address.layer]
        return geometry.word_base + address.group * geometry.rows + address.row

    async def send_words(self, words: npt.NDArray[np.bool_]) -> None:
        """Stream words of targets, bool (n, cells), to a running WRITE or VERIFY."""
        await self.weights.send(stream_words(words))

    async def send_image(self, image: npt.NDArray[np.uint8]) -> None:
        """Stream the pixels of one image."""
        raw = image.tobytes().ljust(image_beats(self.chip) * PIXEL_BYTES, b"\0")
        beats = (raw[i : i + PIXEL_BYTES] for i in range(0, len(raw), PIXEL_BYTES))
        await self.pixels.send(int.from_bytes(beat, "little") for beat in beats)

    async def send_images(self, images: Iterable[npt.NDArray[np.uint8]]) -> None:
        """Stream images one after another."""
        for image in images:
            await self.send_image(image)

    async def classify(self, image: npt.NDArray[np.uint8]) -> Label:
        """Send one image and wait for its label."""
        await self.send_image(image)
        return await self.next_label()

    async def stream(
        self, images: Sequence[npt.NDArray[np.uint8]] | npt.NDArray[np.uint8]
    ) -> AsyncIterator[Label]:
        """Stream images without a pause and give each label as it comes."""
        sending = cocotb.start_soon(self.send_images(images))
        for _ in images:
            yield await self.next_label()
        await sending

    def layer_outputs(self) -> LayerOutputs:
        """Takes what every layer holds for each image."""
        return LayerOutputs(self._dut.tick_o, self.macro)

    async def next_label(self) -> Label:
        """Wait for the next label."""
        limit_ns = LABEL_TIMEOUT_LAYER_CLOCKS * self._layer_period_ns
        return await with_timeout(self.labels.labels.get(), limit_ns, "ns")
