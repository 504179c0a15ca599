"""The whole chip with the analog model behind its macro: programmed, read and asked for labels.

What it should give is predicted by `tb.reference` from the weight file alone.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from chips import load_chip
from chips.images import embedded_images, load_images
from chips.weights import default_weights, load_weights, weight_words, word_masks
from pymodel.device import load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from tb.drivers.labels import Label
from tb.env import ChipEnv, level_windows
from tb.host.codes import code_ohm
from tb.host.host import first_word
from tb.host.regmap import AnalogTest, ProgErr, ProgOp
from tb.reference.network import golden_forward
from tb.verdict import assert_golden_label, assert_golden_outputs

CHIP = load_chip("mini")
DEVICE = load_device(CHIP.chip.device)
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
IMAGES = load_images(embedded_images(CHIP), CHIP).pixels
WORDS = weight_words(CHIP, WEIGHTS)
FIRST = first_word(CHIP)
SENSE_NOISE = Effects(sense_noise=True)


async def started(dut: Any) -> ChipEnv:
    """A chip out of reset, configured, its cells virgin."""
    seed = cocotb.RANDOM_SEED % 2**32
    env = ChipEnv(dut, CHIP, Macro(CHIP, DEVICE, seed=seed, effects=SENSE_NOISE))
    await env.start()
    await env.connect(DEVICE, WEIGHTS)
    return env


async def programmed(dut: Any) -> ChipEnv:
    """A chip with all cells programmed and read, ready for images."""
    env = await started(dut)
    assert (await env.form()).error is ProgErr.NONE
    assert (await env.write(WORDS)).error is ProgErr.NONE
    await env.read_weights()
    return env


async def preset(dut: Any) -> ChipEnv:
    """The same with cells that were put into their states."""
    env = await started(dut)
    env.macro.preset_weights(WEIGHTS)
    await env.read_weights()
    return env


def wrong_cells(env: ChipEnv) -> int:
    """Existing cells that the reader would take for the other level."""
    limit_ohm = DEVICE.boundary_ohm
    high = [env.macro.resistances(layer) > limit_ohm for layer in range(len(CHIP.layers))]
    cells = np.concatenate([layer.reshape(-1, CHIP.word_cells) for layer in high])
    return int(((cells != WORDS) & word_masks(CHIP)).sum())


async def first_sense(env: ChipEnv) -> None:
    """Wait until the operation that the host is starting has reached the cells."""
    before = env.macro.statistics.senses
    while env.macro.statistics.senses == before:
        await Timer(1, "us")


async def assert_golden(env: ChipEnv, image: np.ndarray) -> None:
    """Classify an image; label, its clock and every layer output must be the golden ones."""
    check_golden(env, image, await env.classify(image))


def check_golden(env: ChipEnv, image: np.ndarray, label: Label) -> None:
    """The label of an image that has just come, its clock and every layer output are golden."""
    assert_golden_label(CHIP, WEIGHTS, image, env.macro, label)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def an_image_becomes_its_golden_label(dut: Any) -> None:
    env = await programmed(dut)
    assert wrong_cells(env) == 0
    for image in IMAGES:
        await assert_golden(env, image)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def counters_account_for_every_cell(dut: Any) -> None:
    env = await started(dut)
    await env.form()
    await env.host.clear_counters()
    await env.write(WORDS)
    counters = await env.host.counters()
    assert counters.requested == CHIP.cells
    assert counters.succeeded == CHIP.cells
    assert counters.failed == 0
    assert counters.pulses_set > 0


@cocotb.test(timeout_time=300, timeout_unit="ms")
async def stuck_cells_are_logged_and_no_other(dut: Any) -> None:
    env = await started(dut)
    rng = random.Random(cocotb.RANDOM_SEED)
    stuck = set()
    for layer, row in ((0, 3), (1, 17), (2, 5), (3, 6)):
        cell = rng.randrange(CHIP.chip.weight_bits)
        geometry = CHIP.geometry[layer]
        target = WORDS[geometry.word_base + row, cell]
        env.macro.inject_stuck(layer, 0, row, cell, 1e3 if target else 50e3)
        stuck.add((layer, 0, row, cell))
    await env.form()
    await env.host.clear_counters()
    await env.write(WORDS)
    log = await env.host.fail_log()
    assert {(*cell.word, cell.cell_index) for cell in log.cells} == stuck
    counters = await env.host.counters()
    assert (counters.failed, counters.succeeded) == (len(stuck), CHIP.cells - len(stuck))
    assert wrong_cells(env) == len(stuck)


@cocotb.test(timeout_time=300, timeout_unit="ms")
async def every_cell_ends_right_after_power_losses(dut: Any) -> None:
    """The supply fails at random times in FORM and WRITE; the host resumes at the pointer."""
    env = await started(dut)
    rng = random.Random(cocotb.RANDOM_SEED)
    losses = 0
    for operation in (env.form, lambda: env.write(WORDS)):
        running = cocotb.start_soon(operation())
        await first_sense(env)
        for _ in range(12):
            await Timer(rng.randrange(1_000, 60_000), "ns")
            if running.done():
                break
            env.set_supply(False)
            outcome = await running
            assert outcome.error is ProgErr.SUPPLY
            losses += 1
            await Timer(rng.randrange(100, 2_000), "ns")
            env.set_supply(True)
            await Timer(1, "us")
            running = cocotb.start_soon(env.resume(WORDS))
        assert (await running).error is ProgErr.NONE
    assert losses >= 12
    assert wrong_cells(env) == 0
    await env.read_weights()
    for image in IMAGES[:4]:
        await assert_golden(env, image)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def refresh_keeps_the_weights_for_long(dut: Any) -> None:
    """Held nodes would lose their weights after the retention time; images come in between."""
    env = await programmed(dut)
    for image in IMAGES[:4]:
        await Timer(CHIP.reader.retention_us, "us")
        await assert_golden(env, image)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def refresh_sweeps_disturb_no_image_of_a_continuous_stream(dut: Any) -> None:
    """A read slot in a layer that integrates would turn all its gates on.

    Ten images take as long as the refresh interval, and the pause after them is one layer clock:
    each sweep comes one layer clock earlier in an image than the one before.
    """
    env = await programmed(dut)
    reads = env.macro.statistics.reads
    images = [IMAGES[n % len(IMAGES)] for n in range(10)]
    for _ in range(7):
        streaming = cocotb.start_soon(env.send_images(images))
        for image in images:
            check_golden(env, image, await env.next_label())
        await streaming
    sweeps = (env.macro.statistics.reads - reads) / CHIP.banks
    assert sweeps >= 6, "too few refresh sweeps to tell"


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def a_programmed_chip_is_not_pulsed_again(dut: Any) -> None:
    """A second WRITE reads the words and changes nothing; without read noise no cell may differ."""
    env = await started(dut)
    env.macro.configure_noise(Effects.none())
    assert (await env.form()).error is ProgErr.NONE
    assert (await env.write(WORDS)).error is ProgErr.NONE
    before = env.macro.statistics.drives
    assert (await env.write(WORDS)).error is ProgErr.NONE
    assert env.macro.statistics.drives == before > 0


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def the_analog_test_pad_shows_lines_and_reference_in_a_pulse(dut: Any) -> None:
    env = await started(dut)
    prog = CHIP.programming
    points = (
        (AnalogTest.BIT_LINE, ProgOp.FORM, 1e-3 * prog.form.line_start_mv),
        (AnalogTest.WORD_LINE, ProgOp.SET, 1e-3 * prog.set.wl_start_mv),
        (AnalogTest.SOURCE_LINE, ProgOp.RESET, 1e-3 * prog.reset.line_start_mv),
        (AnalogTest.BIT_LINE, ProgOp.SET, 1e-3 * prog.set.line_start_mv),
        (AnalogTest.NONE, ProgOp.RESET, 0.0),
    )
    for point, op, expected in points:
        await env.host.select_analog_test(point)
        await env.host.start(op, FIRST, FIRST)
        await env.pulse()
        assert await env.test_pad() == pytest.approx(expected)
        assert (await env.host.finished()).error is ProgErr.NONE
        assert await env.test_pad() == 0
    highest_low = code_ohm(level_windows(DEVICE)[0].verify_codes[1])
    await env.host.select_analog_test(AnalogTest.SENSE_REF)
    await env.host.start(ProgOp.SET, FIRST, FIRST)
    await env.sense()
    assert await env.test_pad() == pytest.approx(highest_low)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def the_analog_test_pad_shows_a_storage_node_and_the_layer_outputs(dut: Any) -> None:
    env = await preset(dut)
    reader = CHIP.reader
    await env.host.enable_inference(refresh=False)  # the address stays at the first bank
    await env.host.select_analog_test(AnalogTest.NODE)
    await Timer(1, "us")
    resistance_ohm = float(env.macro.resistances(0)[0, 0, 0])
    divider_v = reader.vdd_v * reader.r_ref_ohm / (resistance_ohm + reader.r_ref_ohm)
    assert await env.test_pad() == pytest.approx(divider_v, rel=0.02)  # it leaks
    held = golden_forward(CHIP, WEIGHTS, IMAGES[0])
    for layer, outputs in enumerate(held):
        await env.host.select_analog_test(AnalogTest(AnalogTest.LAYER0 + layer))
        await env.classify(IMAGES[1])
        await env.classify(IMAGES[0])
        expected_v = CHIP.mac.v_fs_v * outputs.flat[0]
        assert await env.test_pad() == pytest.approx(expected_v, abs=1e-5)


@cocotb.test(timeout_time=100, timeout_unit="ms")
@cocotb.parametrize(power_gate=(False, True))
async def pipelined_images_become_their_golden_labels(dut: Any, power_gate: bool) -> None:
    env = await preset(dut)
    await env.host.configure_inference(pipelined=True, power_gate=power_gate)
    outputs = env.layer_outputs()
    outputs.start()
    images = [IMAGES[n % len(IMAGES)] for n in range(24)]
    labels = [label async for label in env.stream(images)]
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        assert_golden_outputs(CHIP, WEIGHTS, image, outputs.of(number), label)
    cycles = [label.cycle for label in labels]
    assert {b - a for a, b in pairwise(cycles)} == {CHIP.clock.layer_period_cycles}
