"""Inference through the pins: right when they are right, wrong when they are wrong."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from chips import Chip, InputError, load_chip
from chips.weights import Weights
from pymodel.comparator import compare, pack_bits
from pymodel.device import load_device
from pymodel.layer import Charge, Stage, pixel_volts
from pymodel.mac import MacArray, code_gates
from pymodel.macro import Drive, Macro, Phases, ReadPulse, ReadReset
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.pins import SET_DIRECTION
from pymodel.tests.samples import Sequencer, random_images, random_weights, same_outputs
from pymodel.tia import lagging_reset
from pymodel.timing import Window

SEED, DIE = 9, 2


class Bench:
    """A chip with preset cells, read once, and its network."""

    def __init__(self, name: str, effects: Effects, **mac: Any) -> None:
        chip = load_chip(name)
        self.chip: Chip = replace(chip, mac=replace(chip.mac, **mac))
        self.weights: Weights = random_weights(self.chip)
        device = load_device(self.chip.chip.device)
        self.macro = Macro(self.chip, device, seed=SEED, die=DIE, effects=effects)
        self.macro.preset_weights(self.weights)
        self.macro.read_all(1e-6)
        self.pins = Sequencer(self.chip, self.macro, self.weights, 2e-6)
        self.network = self.network_of(effects)
        self.images = random_images(self.chip, 12)

    def network_of(self, effects: Effects, pipelined: bool = False) -> Network:
        """The network of this die."""
        return Network(
            self.chip, self.weights, effects=effects, seed=SEED, die=DIE, pipelined=pipelined
        )

    def held(self, layer: int = 0) -> npt.NDArray[np.float32]:
        """What the macro holds after a layer."""
        return self.macro.held_v(layer)

    def expected(self, image: int, layer: int = 0) -> npt.NDArray[np.float32]:
        """What the network computes."""
        outputs = self.network.forward(self.images[image : image + 1], image)
        only: npt.NDArray[np.float32] = outputs.layers[layer][0]
        return only

    def macs(self, weights: Weights) -> MacArray:
        """Ideal MACs of layer 0 with some weights."""
        gates = code_gates(self.chip, weights)[0]
        return MacArray.load(self.chip, 0, gates, Effects.none(), SEED, DIE)

    def start(self, image: int = 0) -> None:
        """Load an image."""
        self.macro.load_image(self.images[image].ravel())


@pytest.fixture
def bench() -> Bench:
    return Bench("mini", Effects.none())


@pytest.mark.parametrize("name", ["mini", "cifar10"])
@pytest.mark.parametrize("effects", [Effects.none(), Effects.all()])
def test_macro_and_network_agree_to_the_bit(name: str, effects: Effects) -> None:
    bench = Bench(name, effects)
    for index, image in enumerate(bench.images[:4]):
        decisions = bench.pins.image(image)
        assert same_outputs(bench.network, bench.macro, image, index)
        outputs = bench.network.forward(image[None], index)
        assert decisions == pack_bits(outputs.decisions[0])


@pytest.mark.parametrize("effect", [f.name for f in fields(Effects)])
def test_each_effect_alone_agrees_to_the_bit(effect: str) -> None:
    bench = Bench("mini", Effects(**{effect: True}))
    decisions = bench.pins.image(bench.images[0])
    assert same_outputs(bench.network, bench.macro, bench.images[0], 0)
    assert decisions == pack_bits(bench.network.forward(bench.images[:1]).decisions[0])


@pytest.mark.parametrize("name", ["mini", "cifar10"])
def test_pipelined_images_agree_to_the_bit(name: str) -> None:
    bench = Bench(name, Effects.all())
    layers = len(bench.chip.layers)
    expected = bench.network_of(Effects.all(), pipelined=True).forward(bench.images[:3])
    seen = []
    for step in range(layers + 2):
        if step < 3:
            bench.start(step)
        bench.pins.all_layers()
        if step >= layers - 1:
            seen.append((bench.held(layers - 1), bench.pins.decisions))
    for index, (held, decisions) in enumerate(seen):
        assert np.array_equal(held, expected.layers[-1][index])
        assert decisions == pack_bits(expected.decisions[index])


def test_image_numbers_can_be_started_anywhere() -> None:
    bench = Bench("mini", Effects.all())
    bench.macro.reset_images(7)
    bench.pins.image(bench.images[7])
    assert same_outputs(bench.network, bench.macro, bench.images[7], 7)


def test_a_missing_reset_leaves_the_charge_of_the_last_image(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert np.abs(bench.held() - bench.expected(0)).max() > 0.1


def test_a_short_reset_leaves_its_exponential_part(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.reset(1, clocks=1)
    bench.pins.take(1)
    left = math.exp(-20e-9 / 8e-9)
    assert bench.held() == pytest.approx(bench.expected(0) * left, abs=1e-6)


def test_the_integration_time_sets_the_gain(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.pins.integrate(1, 5)
    bench.pins.take(1)
    short = Weights(bench.weights.codes, (5, *bench.weights.t_ctrl[1:]), bench.weights.cf_sel)
    outputs = Network(bench.chip, short).forward(bench.images[:1]).layers[0][0]
    assert np.array_equal(bench.held(), outputs)
    assert not np.array_equal(bench.held(), bench.expected(0))


def test_the_capacitor_sets_the_gain(bench: Bench) -> None:
    smaller = (bench.weights.cf_sel[0] - 1, *bench.weights.cf_sel[1:])
    changed = Weights(bench.weights.codes, bench.weights.t_ctrl, smaller)
    bench.pins.weights = changed
    bench.pins.image(bench.images[0])
    network = Network(bench.chip, changed)
    assert same_outputs(network, bench.macro, bench.images[0], 0)


def test_without_bias_nothing_is_integrated(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(bias=0b1110)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert not bench.held().any()


def test_bias_that_comes_late_shortens_the_integration(bench: Bench) -> None:
    """By what was missed, and by tau of what came, for the currents rise with the bias."""
    t_ctrl, tau_ps = bench.weights.t_ctrl[0], bench.chip.mac.bias_tau_ns * 1e3
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(bias=0b1110)
    bench.pins.put(en=1)
    bench.pins.wait(7)
    bench.pins.put(bias=0b1111)
    bench.pins.wait(t_ctrl)
    bench.pins.put(en=0)
    bench.pins.take(1)
    full_ps = t_ctrl * bench.pins.clock_ps
    macs = bench.macs(bench.weights)
    inputs = pixel_volts(bench.images[:1], bench.chip.mac.v_fs_v)
    stage, cf_sel = Stage(bench.chip, 0), bench.weights.cf_sel[0]
    window = Window(0, full_ps, round(full_ps - tau_ps))
    short = stage.sampled(stage.integrated(macs, inputs, window, cf_sel), None)
    assert np.array_equal(bench.held(), short[0])
    assert bench.held().sum() < bench.expected(0).sum()


@pytest.mark.parametrize("warm_cycles", [0, 1, 2, 10])
def test_a_layer_needs_its_bias_some_time_before_it_integrates(
    bench: Bench, warm_cycles: int
) -> None:
    """Of a bias t before the integration, tau exp(-t / tau) of it is missing, 0 after 10 clocks."""
    bench.pins.put(bias=0)
    bench.start()
    bench.pins.put(rst=1)
    bench.pins.wait(20)
    bench.pins.put(rst=0, bias=1)
    bench.pins.wait(warm_cycles)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    tau_ps = bench.chip.mac.bias_tau_ns * 1e3
    missing_ps = tau_ps * math.exp(-warm_cycles * bench.pins.clock_ps / tau_ps)
    whole_ps = bench.weights.t_ctrl[0] * bench.pins.clock_ps
    unsaturated = bench.expected(0) < 0.9 * bench.chip.mac.v_fs_v
    part = 1 - missing_ps / whole_ps
    found, expected = bench.held()[unsaturated], bench.expected(0)[unsaturated]
    clipped = bench.chip.mac.v_fs_v * (1 - part)  # of a pooled sum with saturated parts, at most
    assert found == pytest.approx(expected * part, abs=clipped + 1e-6)
    assert np.array_equal(bench.held(), bench.expected(0)) == (warm_cycles == 10)


def test_a_hold_that_waits_droops() -> None:
    """A layer clock that is missed for 0.4 ms costs exp(-0.4 ms / tau) of what the next sees."""
    bench = Bench("mini", Effects(droop=True))
    waited_ps, tau_ps = 400_000_000, bench.chip.mac.hold_tau_us * 1e6
    results = []
    for extra_ps in (0, waited_ps):
        bench.macro.reset_images()
        bench.start()
        bench.pins.layer(0)
        bench.pins.now_ps += extra_ps
        bench.pins.layer(1)
        results.append(bench.held(1))
    young, old = results
    unsaturated = (young > 0) & (young < 0.5)
    left = math.exp(-waited_ps / tau_ps)
    assert old[unsaturated] == pytest.approx(young[unsaturated] * left, abs=2e-2 * left)
    whole = np.abs(young).max() < bench.chip.mac.v_fs_v
    assert not whole or old == pytest.approx(young * left, abs=1e-6)


def test_a_sample_that_comes_too_soon_takes_what_the_output_has_reached() -> None:
    """Sampled d after the integration, tau / T (1 - exp(-T / tau)) exp(-d / tau) is missing."""
    bench = Bench("mini", Effects(settling=True), settle_tau_ns=20.0)
    tau_ps, t_ctrl = bench.chip.mac.settle_tau_ns * 1e3, bench.weights.t_ctrl[0]
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1)
    bench.pins.wait(t_ctrl)
    bench.pins.put(en=0)
    bench.pins.put(sample=1)
    bench.pins.wait(1)
    bench.pins.put(sample=0)
    whole_ps, soon_ps = t_ctrl * bench.pins.clock_ps, bench.pins.clock_ps
    lag = tau_ps / whole_ps * (1 - math.exp(-whole_ps / tau_ps)) * math.exp(-soon_ps / tau_ps)
    ideal = bench.network_of(Effects.none()).forward(bench.images[:1]).layers[0][0]
    assert bench.held() == pytest.approx(ideal * (1 - lag), abs=1e-5)
    assert np.abs(bench.held() - bench.expected(0)).max() > 1e-3


def test_an_interrupted_integration_settles_in_between() -> None:
    """Lags of both ramps and the decay of the first, within 1e-5, with a slow amplifier."""
    tau_ps, (first, pause, second) = 100e3, (6, 3, 2)
    bench = Bench("mini", Effects(settling=True), settle_tau_ns=tau_ps / 1e3)
    bench.start()
    bench.pins.reset(1)
    bench.pins.integrate(1, first)
    bench.pins.wait(pause - 1)
    bench.pins.put(en=1)
    bench.pins.wait(second)
    bench.pins.put(en=0, sample=1)
    bench.pins.put(sample=0)
    left = [math.exp(-clocks * bench.pins.clock_ps / tau_ps) for clocks in range(9)]
    lag = tau_ps / bench.pins.clock_ps * (1 - left[first]) * left[pause] * left[second]
    lag += tau_ps / bench.pins.clock_ps * (1 - left[second])
    codes, short = bench.weights.codes, (first + second, *bench.weights.t_ctrl[1:])
    ideal = Network(bench.chip, Weights(codes, short, bench.weights.cf_sel))
    expected = ideal.forward(bench.images[:1]).layers[0][0] * (1 - lag / (first + second))
    assert bench.held() == pytest.approx(expected, abs=1e-5)


def test_a_short_reset_follows_its_amplifier() -> None:
    """One clock of reset, then the lag that it leaves settles until the end of the sample."""
    bench = Bench("mini", Effects(settling=True), settle_tau_ns=4.0)
    bench.pins.image(bench.images[0])
    full = bench.held()
    bench.pins.reset(1, clocks=1)
    bench.pins.take(1)
    goal, lag = lagging_reset(bench.chip.mac, 20_000, bench.weights.cf_sel[0])[:, 0]
    phases = bench.chip.phases
    settle_ps = (phases.gap_cycles + phases.sample_cycles) * bench.pins.clock_ps
    left = goal - lag * math.exp(-settle_ps / 4e3)
    assert 0 < left < math.exp(-20 / 8) - 0.01
    assert bench.held() == pytest.approx(full * left, abs=1e-5)


@pytest.mark.parametrize("droop", [False, True])
def test_outputs_that_wait_for_their_comparators_droop_towards_the_trims(droop: bool) -> None:
    bench = Bench("mini", Effects(droop=droop))
    bench.pins.image(bench.images[0])
    ranked = np.argsort(np.argsort(bench.held(3).ravel()))
    trims = tuple(int(3 - rank) for rank in ranked)  # against the outputs
    late_s = bench.pins.now_s + 30 * bench.chip.mac.hold_tau_us * 1e-6
    of_trims = compare(np.array([trims], np.float32), np.float32(0))[0]
    assert (bench.macro.compare(trims, late_s) == pack_bits(of_trims)) == droop


def test_a_bias_that_switches_during_a_reset_does_not_break_it(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.put(rst=1)
    for bias in (0, 0b1111, 0, 0b1111):
        bench.pins.wait(1)
        bench.pins.put(bias=bias, en=bias & 1)
    bench.pins.put(rst=0, en=0)
    bench.pins.take(1)
    assert not bench.held().any()


def test_layer_0_sees_a_loaded_image_from_its_next_reset_on(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.start(1)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert np.array_equal(bench.held(), bench.expected(0))
    assert bench.macro.held_image(0) == 0
    bench.pins.reset(1)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert np.array_equal(bench.held(), bench.expected(1))
    assert bench.macro.held_image(0) == 1


def test_reset_during_integration_shorts_the_charge(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1, rst=1)
    bench.pins.wait(bench.weights.t_ctrl[0])
    bench.pins.put(en=0, rst=0)
    bench.pins.take(1)
    assert not bench.held().any()


def test_a_sample_during_integration_takes_the_present_value(bench: Bench) -> None:
    t_ctrl = bench.weights.t_ctrl[0]
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1)
    bench.pins.wait(t_ctrl)
    bench.pins.put(sample=1)
    bench.pins.put(sample=0)
    bench.pins.wait(t_ctrl)
    bench.pins.put(en=0)
    assert np.array_equal(bench.held(), bench.expected(0))
    bench.pins.take(1)
    assert not np.array_equal(bench.held(), bench.expected(0))


def test_a_hold_follows_its_integrator_while_it_samples(bench: Bench) -> None:
    t_ctrl = bench.weights.t_ctrl
    bench.start()
    bench.pins.reset(0b11)
    bench.pins.integrate(1, t_ctrl[0])
    bench.pins.put(sample=1)
    bench.pins.integrate(2, t_ctrl[1])
    bench.pins.put(sample=0)
    bench.pins.take(2)
    assert np.array_equal(bench.held(1), bench.expected(0, 1))


def test_a_sample_that_falls_during_the_next_layer_splits_its_charge(bench: Bench) -> None:
    t_ctrl = bench.weights.t_ctrl
    bench.start()
    bench.pins.reset(0b11)
    bench.pins.integrate(1, t_ctrl[0])
    bench.pins.put(en=2)
    bench.pins.wait(t_ctrl[1])  # of an empty hold
    bench.pins.take(1)
    bench.pins.put(en=0)
    bench.pins.take(2)
    sampled = bench.chip.phases.sample_cycles
    partly = Weights(bench.weights.codes, (t_ctrl[0], sampled, *t_ctrl[2:]), bench.weights.cf_sel)
    expected = Network(bench.chip, partly).forward(bench.images[:1]).layers[1][0]
    assert bench.held(1) == pytest.approx(expected, abs=1e-6)


def test_a_missing_sample_keeps_the_old_hold(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.reset(1)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    assert np.array_equal(bench.held(), bench.expected(0))


def test_a_late_refresh_flips_weights_and_a_refresh_mends_them(bench: Bench) -> None:
    retention_s = bench.chip.reader.retention_us * 1e-6
    for now_s, right in ((0.9 * retention_s, True), (4 * retention_s, False)):
        bench.macro.reset_images()
        bench.pins.now_ps = round(now_s * 1e12)
        assert bench.macro.hold_age(now_s) == pytest.approx(now_s - 1e-6)
        bench.pins.image(bench.images[0])
        assert same_outputs(bench.network, bench.macro, bench.images[0], 0) == right
    bench.macro.read_all(bench.pins.now_s)
    bench.pins.image(bench.images[0])
    assert same_outputs(bench.network, bench.macro, bench.images[0], 0)


def test_weights_are_nothing_before_the_first_read() -> None:
    chip = load_chip("mini")
    macro = Macro(chip, load_device("amer2024"), seed=1, effects=Effects.none())
    weights = random_weights(chip)
    macro.preset_weights(weights)
    assert macro.hold_age(0.0) == math.inf
    image = random_images(chip, 1)[0]
    Sequencer(chip, macro, weights).image(image)
    assert not same_outputs(Network(chip, weights), macro, image, 0)


def test_a_read_without_pulse_forgets_the_weights(bench: Bench) -> None:
    for bank in range(bench.chip.banks):
        bench.macro.read_pulse(ReadPulse(bank, 40e-9, 0.0, bench.pins.now_s))
    bench.pins.image(bench.images[0])
    assert not same_outputs(bench.network, bench.macro, bench.images[0], 0)


def read_while_integrating(bench: Bench, banks: range, split: tuple[int, int, int]) -> None:
    """Layer 0 integrates for some clocks before, during and after the read of banks."""
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1)
    bench.pins.wait(split[0])
    for bank in banks:
        bench.macro.read_reset(ReadReset(bank, bench.pins.now_s))
    bench.pins.wait(split[1])
    for bank in banks:
        bench.macro.read_pulse(ReadPulse(bank, 40e-9, 100e-9, bench.pins.now_s))
    bench.pins.wait(split[2])
    bench.pins.put(en=0)
    bench.pins.take(1)


def test_a_layer_integrates_with_all_gates_on_while_it_is_read(bench: Bench) -> None:
    before, during, after = 8, 3, 5
    read_while_integrating(bench, range(bench.chip.geometry[0].banks), (before, during, after))
    stage = Stage(bench.chip, 0)
    inputs = pixel_volts(bench.images[:1], bench.chip.mac.v_fs_v)
    charge: Charge | None = None
    codes = np.full_like(bench.weights.codes[0], -bench.chip.chip.code_max)
    all_on = replace(bench.weights, codes=(codes, *bench.weights.codes[1:]))
    for weights, clocks in ((bench.weights, before + after), (all_on, during)):
        window = Window(0, clocks * 20_000, clocks * 20_000)
        cf_sel = bench.weights.cf_sel[0]
        charge = stage.integrated(bench.macs(weights), inputs, window, cf_sel, charge)
    assert charge is not None
    assert bench.held() == pytest.approx(stage.sampled(charge, None)[0], abs=1e-6)
    assert np.abs(bench.held() - bench.expected(0)).max() > 1e-3


def test_a_layer_does_not_feel_the_read_of_another(bench: Bench) -> None:
    other = bench.chip.geometry[1]
    banks = range(other.bank_base, other.bank_base + other.banks)
    read_while_integrating(bench, banks, (0, bench.weights.t_ctrl[0], 0))
    assert np.array_equal(bench.held(), bench.expected(0))


def test_a_reset_without_its_pulse_leaves_the_gates_on(bench: Bench) -> None:
    bench.macro.read_reset(ReadReset(0, bench.pins.now_s))
    bench.pins.wait(50)
    bench.pins.image(bench.images[0])
    left = bench.held().copy()
    assert not np.array_equal(left, bench.expected(0))
    bench.macro.read_pulse(ReadPulse(0, 40e-9, 0.0, bench.pins.now_s))
    bench.macro.reset_images()
    bench.pins.image(bench.images[0])
    assert np.array_equal(bench.held(), left)


def test_a_read_between_images_changes_no_bit_and_loads_nothing_again(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    before = bench.held().copy(), bench.macro._read.macs(0, bench.pins.now_s)
    for bank in range(bench.chip.banks):
        bench.macro.read_reset(ReadReset(bank, bench.pins.now_s))
        bench.pins.wait(9)
        bench.macro.read_pulse(ReadPulse(bank, 40e-9, 100e-9, bench.pins.now_s))
    bench.pins.image(bench.images[0])
    assert np.array_equal(bench.held(), before[0])
    assert bench.macro._read.macs(0, bench.pins.now_s) is before[1]


def test_a_read_during_reset_does_not_break_it(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.put(rst=1)
    for _ in range(4):
        bench.pins.wait(1)
        bench.macro.read_all(bench.pins.now_s)
    bench.pins.put(rst=0)
    bench.pins.take(1)
    assert not bench.held().any()


def test_effects_can_be_switched_while_weights_are_held(bench: Bench) -> None:
    for effects in (Effects(mac_mismatch=True), Effects.none()):
        bench.macro.configure_noise(effects)
        bench.macro.reset_images()
        bench.pins.image(bench.images[0])
        network = Network(bench.chip, bench.weights, effects=effects, seed=SEED, die=DIE)
        assert same_outputs(network, bench.macro, bench.images[0], 0)


def test_programming_shows_after_the_next_read_only(bench: Bench) -> None:
    for row in range(27):
        all_cells = (1 << 20) - 1
        pins = Drive(0, 0, row, all_cells, 0, True, 170, 300, 0, SET_DIRECTION, 1e-5)
        bench.macro.drive(pins)
    bench.pins.image(bench.images[0])
    assert np.array_equal(bench.held(), bench.expected(0))
    bench.macro.read_all(bench.pins.now_s)
    bench.pins.image(bench.images[0])
    assert not bench.held().any()  # every cell low: all weights 0


def test_trims_decide_between_equal_classes(bench: Bench) -> None:
    bench.weights.codes[-1][2] = bench.weights.codes[-1][1]
    bench.macro.preset_weights(bench.weights)
    bench.macro.read_all(bench.pins.now_s)
    bench.pins.image(bench.images[0])
    pair_1_2 = 1 << 3
    assert bench.macro.compare((0, 0, 0, 0), bench.pins.now_s) & pair_1_2
    assert bench.macro.compare((0, 0, -1, 0), bench.pins.now_s) & pair_1_2
    assert not bench.macro.compare((0, -1, 0, 0), bench.pins.now_s) & pair_1_2


def test_time_must_not_run_backwards(bench: Bench) -> None:
    with pytest.raises(InputError, match="before the last event"):
        bench.macro.phases(Phases(0, 0, 0, 0, (0,) * 4, 1e-7))


@pytest.mark.parametrize(
    "pins",
    [
        Phases(1 << 4, 0, 0, 0, (0,) * 4, 1e-3),
        Phases(0, 0, 0, 0, (0,) * 3, 1e-3),
    ],
)
def test_compute_pins_that_do_not_exist_are_refused(bench: Bench, pins: Phases) -> None:
    with pytest.raises(InputError):
        bench.macro.phases(pins)


def test_other_inputs_that_do_not_exist_are_refused(bench: Bench) -> None:
    with pytest.raises(InputError, match="read bank 13"):
        bench.macro.read_pulse(ReadPulse(13, 40e-9, 100e-9, 1e-3))
    with pytest.raises(InputError, match="image: uint8 of 191"):
        bench.macro.load_image(np.zeros(191, np.uint8))
    with pytest.raises(InputError, match="trims: 3"):
        bench.macro.compare((0,) * 3, 1e-3)
    with pytest.raises(InputError, match="layer 4"):
        bench.macro.resistances(4)


def test_statistics_count_the_events(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    counts = bench.macro.statistics
    assert (counts.images, counts.compares, counts.reads) == (1, 1, bench.chip.banks)
