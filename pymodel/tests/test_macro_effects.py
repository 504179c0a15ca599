"""Imperfections through the pins: the bits of the network, and what a wrong time makes of them."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from chips.weights import Weights
from pymodel.comparator import compare, pack_bits
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.tests.compute_bench import DIE, SEED, Bench
from pymodel.tests.samples import same_outputs
from pymodel.tia import lagging_reset


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


def test_a_hold_that_waits_droops() -> None:
    """A layer clock that is missed for 0.4 ms costs exp(-0.4 ms / tau) of what the next sees."""
    bench = Bench("mini", Effects(droop=True))
    select = bench.weights.cf_sel
    bench.pins.weights = replace(bench.weights, cf_sel=(select[0], select[1] + 2, *select[2:]))
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
    assert 0.05 < young.max() < 0.5 * bench.chip.mac.v_fs_v  # nothing saturates
    assert old == pytest.approx(young * math.exp(-waited_ps / tau_ps), abs=1e-6)


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


def test_effects_can_be_switched_while_weights_are_held(bench: Bench) -> None:
    for effects in (Effects(mac_mismatch=True), Effects.none()):
        bench.macro.configure_noise(effects)
        bench.macro.reset_images()
        bench.pins.image(bench.images[0])
        network = Network(bench.chip, bench.weights, effects=effects, seed=SEED, die=DIE)
        assert same_outputs(network, bench.macro, bench.images[0], 0)
