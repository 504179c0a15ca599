"""The experiments: closed forms, rows of a small run, plots that do not change, what is refused."""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from chips.images import ImageSet
from chips.weights import Weights, default_weights, load_weights
from pymodel.device import Device, load_device
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.accuracy_report.plots import NAMES as ACCURACY_PLOTS
from scripts.drawing import draw
from scripts.experiment import inputs_of, main, parse
from scripts.experiments import (
    effect_loss,
    environment,
    image_energy,
    interlayer,
    read_errors,
    read_life,
    reader_power,
)
from scripts.experiments.catalog import EXPERIMENTS
from scripts.experiments.images import first_images
from scripts.experiments.spread import spread
from scripts.sensitivity_report.cases import CASES

DOCS = Path(__file__).resolve().parents[2] / "docs"
PLOTS = DOCS / "plots"


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.fixture(scope="module")
def weights(chip: Chip) -> Weights:
    return load_weights(default_weights(chip), chip)


@pytest.fixture(scope="module")
def images(chip: Chip, weights: Weights) -> ImageSet:
    """Random images, labelled as the chip without imperfections does."""
    pixels = np.random.default_rng(1).integers(0, 256, (40, 3, 8, 8), dtype=np.uint8)
    return ImageSet(pixels, Network(chip, weights).labels(pixels).astype(np.uint8))


@pytest.mark.parametrize("spread", [0.32, 0.85])
@pytest.mark.parametrize(("ratio", "variation"), [(2.0, 0.5), (3.0, 0.5), (1.5, 0.3), (5.0, 0.5)])
def test_the_share_of_wrong_cells_is_that_of_drawn_ones(
    ratio: float, variation: float, spread: float
) -> None:
    drawn = 1 + variation * np.tanh(spread * np.random.default_rng(2).standard_normal(400_000))
    reference = math.sqrt(ratio)
    expected = (drawn > reference).mean(), (ratio * drawn < reference).mean()
    found = read_errors.wrong_share(ratio, variation, spread)
    assert found == pytest.approx(expected, abs=3e-3)
    if ratio == 5.0:
        assert found == (0.0, 0.0)


def test_the_reader_reads_as_its_closed_form_says() -> None:
    """All 653,410 cells of one die: none wrong at ratio 5, within 5 sigma at ratio 3 and less."""
    chip, device = load_chip("cifar10"), load_device("amer2024")
    weights = load_weights(default_weights(chip), chip)
    rows = read_errors.rows(
        chip, device, weights, seed=4, dies=1, ratios=(2.0, 3.0, 5.0), cases=((0.5, 0.85),)
    )
    assert all(row.low_cells + row.high_cells == 653_410 for row in rows)
    low, middle, high = rows
    assert (high.wrong, high.partial, high.expected) == (0, 0, 0)
    for row in (low, middle):
        assert row.wrong == pytest.approx(row.expected, abs=5 * math.sqrt(row.expected))


def test_the_loss_is_that_of_the_same_images(
    chip: Chip, weights: Weights, images: ImageSet
) -> None:
    rows = effect_loss.rows(chip, weights, images, seed=3, runs=2)
    cases = effect_loss.CASES
    assert [(row.case, row.seed) for row in rows] == [(c, n) for c in cases for n in (3, 4)]
    for row in rows:
        network = Network(chip, weights, effects=cases[row.case], seed=row.seed)
        share = float((network.labels(images.pixels) == images.labels).mean())
        assert row.clean_percent == 100
        assert row.percent == pytest.approx(100 * share)
        assert row.loss_percent == row.flipped_percent == pytest.approx(100 * (1 - share))
        assert row.loss_error_percent == pytest.approx(100 * math.sqrt(share * (1 - share) / 40))


def test_every_effect_of_an_inference_is_alone_once() -> None:
    alone = [effects for effects in effect_loss.CASES.values() if sum(vars(effects).values()) == 1]
    assert sorted(next(name for name, on in vars(e).items() if on) for e in alone) == sorted(
        {field.name for field in fields(Effects)} - {"sense_noise"}
    )


def test_more_bits_between_the_layers_come_closer_to_the_analog_hold(
    chip: Chip, weights: Weights
) -> None:
    embedded = first_images(chip, None, None)
    rows = interlayer.rows(chip, weights, embedded, seed=1, runs=2)
    clean = {row.bits: row.percent for row in rows if row.case == "no effect"}
    assert list(clean) == list(interlayer.BITS)
    assert clean[2] < clean[4] < clean[8] < clean[interlayer.ANALOG] == 100
    noisy = [(row.bits, row.seed) for row in rows if row.case == "every effect"]
    assert noisy == [(bits, seed) for bits in interlayer.BITS for seed in (1, 2)]
    first, second = ([row.percent for row in rows if row.seed == seed] for seed in (1, 2))
    assert first[len(interlayer.BITS) :] != second  # the seeds draw other dies


def pulse_s(chip: Chip) -> float:
    """Length of a read pulse."""
    return chip.reader.pulse_cycles * chip.clock.clk_period_s


def test_power_falls_with_the_interval_between_its_bounds(
    chip: Chip, device: Device, weights: Weights
) -> None:
    rows = reader_power.rows(chip, device, weights, seed=1)
    shortest_s, longest_s = reader_power.bounds_s(chip, device)
    energies = [row.pulsed_w * row.interval_s for row in rows]
    assert energies == pytest.approx([energies[0]] * len(rows))
    assert [row.possible for row in rows] == [
        shortest_s <= row.interval_s <= longest_s for row in rows
    ]
    described_s = chip.reader.refresh_interval_us * 1e-6
    assert {shortest_s, longest_s, described_s} <= {row.interval_s for row in rows}
    assert rows[0].static_w == pytest.approx(energies[0] / pulse_s(chip), rel=0.05)


def test_the_pulsed_reader_disturbs_as_much_less_as_it_reads_less(
    chip: Chip, device: Device
) -> None:
    """A 100 kohm cell sees nearly its final voltage for the whole pulse."""
    last, interval_s = read_life.rows(chip, device)[-1], chip.reader.refresh_interval_us * 1e-6
    assert last.pulsed_s / last.static_s == pytest.approx(interval_s / pulse_s(chip), rel=0.05)
    assert all(row.pulsed_s > row.bound_s for row in read_life.rows(chip, device))


def test_an_image_costs_as_long_as_its_layers_have_bias(
    chip: Chip, device: Device, weights: Weights, images: ImageSet
) -> None:
    always, gated, pipelined = image_energy.rows(chip, device, weights, images, seed=1)
    clocks = len(chip.layers) + 1
    for part in ("macs", "reads", "integrators", "pools"):
        assert getattr(always, part) == pytest.approx(clocks * getattr(pipelined, part))
    around = 10 + 4 + 1 + 1 + 4
    share = (around + weights.t_ctrl[0]) / (50 * clocks)
    assert len(set(weights.t_ctrl)) == 1
    assert gated.macs / always.macs == pytest.approx(share)
    assert gated.reads == always.reads
    pairs = chip.chip.classes * (chip.chip.classes - 1) / 2
    assert always.comparators == pytest.approx(pairs * chip.energy.comparator_fj * 1e-15)


def test_the_spread_is_that_of_the_population() -> None:
    assert spread([1.0, 3.0]) == pytest.approx(math.sqrt(2))
    assert spread([5.0]) == 0


def test_a_plot_is_the_same_again(chip: Chip, device: Device, tmp_path: Path) -> None:
    rows = read_life.rows(chip, device)
    for name in ("a", "b"):
        draw(tmp_path / f"{name}.svg", "a", lambda axes: read_life.fill(axes, rows))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit status of `scripts/experiment.py` on the small chip."""
    monkeypatch.setattr("sys.argv", ["experiment.py", "--chip", "mini", *arguments])
    return main()


def test_the_command_line_names_what_the_experiments_run_on(
    tmp_path: Path, chip: Chip, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.full(2 * (chip.image_bytes + 1), 1, np.uint8).tofile(tmp_path / "test_batch.bin")
    options = ("--dies", "2", "--runs", "4", "--seed", "6", "--data", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["experiment.py", "--chip", "mini", *options])
    found = inputs_of(parse())
    assert (found.dies, found.runs, found.seed) == (2, 4, 6)
    assert (found.images.pixels == 1).all()
    assert found.chip == chip


def test_the_command_writes_rows_and_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "--dies", "1", "--runs", "1", "--out", str(tmp_path)) == 0
    for name in EXPERIMENTS:
        assert json.loads((tmp_path / f"{name}.json").read_text())
        assert (tmp_path / f"{name}.svg").exists()
    doses, kelvins = (
        {row[name] for row in json.loads((tmp_path / f"{experiment}.json").read_text())}
        for experiment, name in (("dose", "dose_krad"), ("temperature", "temperature_k"))
    )
    assert doses == set(environment.DOSES_KRAD)
    assert kelvins == set(environment.TEMPERATURES_K)
    told = capsys.readouterr().out
    assert all(f"\n{name}\n" in told for name in EXPERIMENTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "magic"), "ONLY=magic: allowed are read_errors, effect_loss"),
        (("--images", "0"), "IMAGES=0: the set holds"),
        (("--dies", "0"), "DIES=0: allowed are 1 and more"),
        (("--runs", "-1"), "RUNS=-1: allowed are 1 and more"),
    ],
)
def test_what_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    assert command(monkeypatch, *arguments) == 2
    assert message in capsys.readouterr().err


def test_real_images_come_from_their_folder(tmp_path: Path, chip: Chip) -> None:
    np.full(2 * (chip.image_bytes + 1), 1, np.uint8).tofile(tmp_path / "test_batch.bin")
    assert (first_images(chip, str(tmp_path), 1).labels == [1]).all()
    assert len(first_images(chip, str(tmp_path), None)) == 2
    with pytest.raises(InputError, match="IMAGES=3: the set holds 2"):
        first_images(chip, str(tmp_path), 3)


def test_every_plot_of_the_documentation_has_its_data_and_its_page() -> None:
    """Rows of all experiments, sweeps and the report of the weights; each is shown on a page."""
    found = {path.stem for path in PLOTS.glob("*.json")}
    sweeps = {f"sweep_{case.name}" for case in CASES}
    assert EXPERIMENTS.keys() | {"accuracy"} == found - sweeps
    drawn = found - {"accuracy"} | set(ACCURACY_PLOTS)
    pages = "".join(path.read_text() for path in DOCS.glob("*.md"))
    shown = set(re.findall(r"!\[[^]]*\]\(plots/(\w+)\.svg\)", pages))
    assert {path.stem for path in PLOTS.glob("*.svg")} == drawn == shown
