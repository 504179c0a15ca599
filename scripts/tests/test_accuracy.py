"""The report of the weights: its runs, its figures against counts by hand, its page."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from chips import InputError, load_chip
from chips.images import ImageSet, embedded_images, load_images
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
from pymodel.network import Network
from pymodel.noise import Effects
from scripts import accuracy
from scripts.accuracy_report.definition import Definition, Series, Task
from scripts.accuracy_report.figures import likely_errors, loss, loss_error, together
from scripts.accuracy_report.float_reference import FloatReference, float_reference
from scripts.accuracy_report.page import markdown
from scripts.accuracy_report.plots import NAMES, write_plots
from scripts.accuracy_report.report import Report, block_ends, report_of
from scripts.accuracy_report.task import DRAW_IMAGES, STATIC, Result, run_task
from scripts.run_definition import Inputs
from scripts.sources import file_hash

CHIP = load_chip("mini")
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
IMAGES = load_images(embedded_images(CHIP), CHIP)
DOCS = Path(__file__).resolve().parents[2] / "docs"
OPTIONS = ["--chip", "mini", "--runs", "2", "--jobs", "1"]

TRUTH = np.array([0, 0, 1, 2, 3], np.uint8)
LABELS = {
    Task(Series.GOLDEN, 1): (0, 0, 1, 2, 3),
    Task(Series.CLEAN, 1): (0, 0, 1, 2, 2),
    Task(Series.NOISE, 1): (0, 0, 1, 2, 2),
    Task(Series.NOISE, 2): (0, 1, 1, 2, 2),
    Task(Series.STATIC, 1): (0, 1, 0, 2, 2),
    Task(Series.STATIC, 2): (0, 0, 1, 2, 3),
    Task(Series.DIES, 1): (0, 1, 1, 2, 2),
    Task(Series.DIES, 2): (0, 1, 1, 1, 3),
}


def definition(runs: int = 2) -> Definition:
    return accuracy.define(accuracy.parse(["--chip", "mini", "--runs", str(runs)]))


def report() -> Report:
    """The report of `LABELS`."""
    pixels = np.zeros((5, *CHIP.geometry[0].in_shape), np.uint8)
    inputs = Inputs(CHIP, load_device("amer2024"), WEIGHTS, ImageSet(pixels, TRUTH))
    results = [Result(task.series, task.number, labels) for task, labels in LABELS.items()]
    return report_of(definition(), inputs, results[::-1], FloatReference(90.0, 5))


def test_the_figures_are_those_counted_by_hand() -> None:
    found = report()
    assert (found.layers, found.bits, found.golden_differ) == (len(CHIP.layers), "5 / analog", 1)
    assert found.percents(Series.DIES) == pytest.approx([60, 60])
    assert found.percents(Series.STATIC) == pytest.approx([40, 100])
    flipped = {(r.series, r.number): r.flipped_percent for r in found.runs}
    assert flipped[Series.DIES, 2] == pytest.approx(60)
    assert flipped[Series.NOISE, 1] == 0
    assert (loss(found), loss_error(found)) == pytest.approx((20, 0))
    lost = (0, 1, 0, 0.5, -0.5)  # of each image: right without effects, less the share of dies
    variance = sum((value - 0.2) ** 2 for value in lost) / 5
    assert found.loss_error_percent == pytest.approx(100 * math.sqrt(variance / 5))
    assert together(found) == pytest.approx(math.hypot(math.sqrt(200), math.sqrt(1800)))


def test_the_confusion_has_true_classes_as_rows_and_is_the_mean_of_the_dies() -> None:
    found = report()
    assert found.confusion_clean == ((2, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 1, 0))
    noisy = ((1, 1, 0, 0), (0, 1, 0, 0), (0, 0.5, 0.5, 0), (0, 0, 0.5, 0.5))
    assert found.confusion_noisy == noisy
    assert likely_errors(found.confusion_noisy, 2) == [(0, 1), (2, 1)]


def test_the_first_images_are_looked_at_thousand_by_thousand() -> None:
    assert block_ends(2500) == [1000, 2000, 2500]
    assert block_ends(2000) == [1000, 2000]
    (found,) = report().first
    assert (found.images, found.clean_percent, found.noisy_percent) == pytest.approx((5, 80, 60))


def test_a_report_is_read_as_it_was_written() -> None:
    found = Report.from_json(report().to_json())
    assert found.to_json() == report().to_json()
    assert (found.runs, found.float_reference) == (report().runs, FloatReference(90.0, 5))


@pytest.mark.parametrize(
    ("series", "effects", "die", "first"),
    [
        (Series.CLEAN, Effects.none(), 2, 0),
        (Series.STATIC, STATIC, 2, 0),
        (Series.DIES, Effects.all(), 2, 0),
        (Series.NOISE, Effects.all(), 0, 2 * DRAW_IMAGES),
    ],
)
def test_a_run_is_a_network_of_its_die_with_its_noise(
    series: Series, effects: Effects, die: int, first: int
) -> None:
    network = Network(CHIP, WEIGHTS, effects=effects, seed=1, die=die)
    expected = tuple(network.labels(IMAGES.pixels, first).tolist())
    assert run_task(Task(series, 2), definition()).labels == expected


def test_dies_without_noise_differ_in_nothing_from_image_to_image() -> None:
    network = Network(CHIP, WEIGHTS, effects=STATIC, seed=1, die=1)
    same = np.repeat(IMAGES.pixels[:1], 3, axis=0)
    held = network.forward(same).layers[-1]
    assert (held == held[0]).all()


def test_plain_algebra_labels_like_the_model_without_effects() -> None:
    golden, clean = (run_task(Task(s, 1), definition()) for s in (Series.GOLDEN, Series.CLEAN))
    assert golden.labels == clean.labels


def test_a_finished_report_runs_nothing_again_and_is_published_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = [*OPTIONS, "--out", str(tmp_path / "out")]
    assert accuracy.main(options) == 0
    (folder,) = (tmp_path / "out").iterdir()
    whole = (folder / "results.jsonl").read_bytes()
    assert len(whole.splitlines()) == 2 + 3 * 2
    monkeypatch.setattr(accuracy, "process_pool", lambda _: pytest.fail("ran something"))
    docs = tmp_path / "docs"
    assert accuracy.main([*options, "--publish", "--docs", str(docs)]) == 0
    assert (folder / "results.jsonl").read_bytes() == whole
    page = (docs / "accuracy.md").read_text()
    assert page == (folder / "accuracy.md").read_text()
    assert "These are not the test images" in page
    assert "Amer 2024, table" not in page
    assert json.loads((docs / "plots" / "accuracy.json").read_text())["golden_differ"] == 0


def test_all_networks_without_a_result_are_run_and_no_other(tmp_path: Path) -> None:
    options = [*OPTIONS, "--out", str(tmp_path)]
    assert accuracy.main(options) == 0
    (folder,) = tmp_path.iterdir()
    lines = (folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "results.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:9])
    assert accuracy.main(options) == 0
    again = (folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    assert again[:3] == lines[:3]
    assert sorted(again) == sorted(lines)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--runs", "0"), "RUNS=0: allowed are 1 and more"),
        (("--jobs", "0"), "JOBS=0: allowed are 1 and more"),
        (("--images", "0"), "IMAGES=0: the set holds 16, allowed are 1..that"),
        (("--weights", "/none.npz"), "/none.npz: cannot be read"),
        (("--data", "/none"), "/none: holds no test_batch.bin"),
        (("--device", "radar"), "device 'radar' has 4 levels"),
    ],
)
def test_unusable_options_are_one_line_and_exit_2(
    options: tuple[str, ...],
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert accuracy.main([*OPTIONS, "--out", str(tmp_path), *options]) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert len(printed.err.splitlines()) == 1


def test_the_float_reference_lies_beside_its_weights(tmp_path: Path) -> None:
    weights = tmp_path / "weights.npz"
    weights.write_bytes(b"codes")
    assert float_reference(weights) is None
    values = {"weights_sha256": file_hash(weights), "float_percent": 85.5, "images": 5000}
    reference = weights.with_suffix(".json")
    reference.write_text(json.dumps(values))
    assert float_reference(weights) == FloatReference(85.5, 5000)
    weights.write_bytes(b"others")
    with pytest.raises(InputError, match=r"belongs to other weights than weights\.npz; remove it"):
        float_reference(weights)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no float reference"),
        ('{"float_percent": 85, "images": 5000}', "no float reference: KeyError"),
        ('{"float_percent": 101, "images": 1, "weights_sha256": ""}', "101 % of 1 images"),
        ('{"float_percent": 85, "images": 0, "weights_sha256": ""}', "85 % of 0 images"),
    ],
)
def test_what_is_no_float_reference_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "w.json").write_text(text)
    with pytest.raises(InputError, match=rf"w\.json: {says}"):
        float_reference(tmp_path / "w.npz")


def test_plots_repeat_in_every_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_plots(tmp_path / name, report())
    one, two = ({p.stem: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("a", "b"))
    assert one == two
    assert one.keys() == set(NAMES) - {"accuracy_comparison"}


def test_the_page_in_docs_is_that_of_its_rows_and_of_the_weights_of_the_chip() -> None:
    found = Report.from_json((DOCS / "plots" / "accuracy.json").read_text())
    again = "make accuracy DATA=<dir> PUBLISH=1 writes page and rows anew"
    assert (DOCS / "accuracy.md").read_text() == "\n".join(markdown(found)) + "\n", again
    weights = default_weights(load_chip("cifar10"))
    assert found.definition["hashes"][0] == file_hash(weights), again
    assert found.real
    assert found.golden_differ == 0
