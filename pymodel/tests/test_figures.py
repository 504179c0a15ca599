"""Published figures: each value and what it is worth, the data beside them, the page in docs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chips import InputError, load_chip
from pymodel.figures import cosemans2019, cosemans_lines, lee2020
from pymodel.figures.__main__ import main
from pymodel.figures.accuracies import accuracies
from pymodel.figures.figure import Figure, Status, Stretch
from pymodel.figures.markdown import markdown
from pymodel.figures.table import all_figures, number, text

ROOT = Path(__file__).resolve().parents[2]
CHIP = load_chip("cifar10")
FIGURES = all_figures(CHIP)
FOLLOWS, STRETCHED, NOT = Status

# What the formulas give, worked out by hand, and the status: Amer 2024 without its layer table.
AMER = {
    "activations": (30794 / 1024, FOLLOWS),
    "weights": (130608 / 1024, STRETCHED),
    "weight bits": (653040 / 1024, STRETCHED),
    "RRAM cells": (653410 / 1024, FOLLOWS),
    "memory": (79.7620, FOLLOWS),
    "ReLU": (30.784, FOLLOWS),
    "pools": (7.5, FOLLOWS),
    "FC1 cells": (160.0, FOLLOWS),
    "cells": (163.486, FOLLOWS),
    "L1 throughput": (1222.664, FOLLOWS),
    "L2 throughput": (24.206, FOLLOWS),
    "density of RRAM and MACs": (243.453, FOLLOWS),
    "bitwise efficiency": (230.0, FOLLOWS),
    "per capacity": (12.9655, NOT),
    "bitwise density": (97.0009, NOT),
    "frames/s": (1000 / 7, FOLLOWS),
    "energy": (2.4, FOLLOWS),
    "energy x delay": (1.44e-11, FOLLOWS),
    "efficiency": (3.34560, STRETCHED),
    "power": (1079.19, NOT),
    "better energy": (1.58333, FOLLOWS),
    "better energy x delay": (277.778, NOT),
}
LAYER_TABLE = {
    "CONV1": (16, 432, 432),
    "CONV2": (8, 4.5, 1.125),
    "CONV3": (4, 18, 1.125),
    "CONV4": (2, 72, 1.125),
    "FC1": (64, 32.768, 32.768),
    "FC2": (10, 640, 640),
}


def named(name: str, source: str = "Amer 2024") -> list[Figure]:
    """Figures of a name, in their order."""
    return [figure for figure in FIGURES if (figure.source, figure.name) == (source, name)]


@pytest.mark.parametrize("name", AMER)
def test_figures_of_amer(name: str) -> None:
    (figure,) = named(name)
    value, status = AMER[name]
    assert figure.value == pytest.approx(value, rel=1e-5)
    assert figure.status == status


@pytest.mark.parametrize("layer", LAYER_TABLE)
def test_layer_table_of_amer(layer: str) -> None:
    what = ("outputs", "weights", "MACs")
    found = [named(f"{layer} {name}")[0] for name in what]
    assert [figure.value for figure in found] == pytest.approx(LAYER_TABLE[layer], rel=1e-9)
    assert {figure.status for figure in found} == {FOLLOWS}


def test_macs_of_amer_are_counted_once_twice_and_four_times() -> None:
    once, twice, fabricated = named("MACs")
    assert [f.value for f in (once, twice, fabricated)] == pytest.approx(
        [4014720 / 2**20, 4014720 / 2**20, 33482 / 1024]
    )
    assert [f.status for f in (once, twice, fabricated)] == [FOLLOWS, STRETCHED, FOLLOWS]
    measured, estimated = named("throughput")
    assert measured.value == pytest.approx(113.8388)
    assert estimated.value == pytest.approx(1.33824)
    assert estimated.stretch is not None
    assert estimated.stretch.value == pytest.approx(2.53333, rel=1e-5)
    assert [f.status for f in (measured, estimated)] == [NOT, STRETCHED]


def test_all_27_numbers_of_fig_7_are_the_printed_ones_when_rounded() -> None:
    rows = [figure for figure in FIGURES if figure.place == "Fig. 7"]
    assert len(rows) == 27
    for figure in rows:
        assert abs(figure.value - figure.printed_value) <= figure.last_digit / 2, figure.name


def test_fig_7_is_the_sum_of_its_parts() -> None:
    product = cosemans2019.Product(1024, 128)
    lines_j = 1024 * 128 * 0.1e-15 * 0.64
    parts_j = 1024 * 15e-15 + 128 * 100e-15 + 1.3 * lines_j + 2e-12
    assert product.total_j == pytest.approx(parts_j)
    assert product.ops_per_w == pytest.approx(2 * 1024 * 128 / parts_j)
    with pytest.raises(InputError, match="at least 1"):
        cosemans2019.Product(0, 4)


def test_figures_5_and_6_of_cosemans() -> None:
    rows = list(cosemans_lines.figures())
    assert [figure.value for figure in rows] == pytest.approx(
        [524.8, 36.400, 9.6502, 5.0279, 1.0, 3.6067], rel=1e-4
    )
    assert [figure.status for figure in rows] == [FOLLOWS] * 5 + [STRETCHED]


def test_sizes_of_lee_are_exact() -> None:
    rows = list(lee2020.sizes())
    assert len(rows) == 10
    assert all(figure.value == figure.printed_value for figure in rows)
    assert lee2020.network_bits(400, 128, 128, 10) == 51200 + 16384 + 1280
    with pytest.raises(InputError, match="layer sizes"):
        lee2020.network_bits(400)


def test_the_rest_of_lee_and_marinella_follows() -> None:
    others = [f for f in FIGURES if f.source in ("Lee 2020", "Marinella 2022")]
    assert len(others) == 18
    assert {figure.status for figure in others} == {FOLLOWS}


def test_a_figure_is_judged_by_its_last_printed_digit() -> None:
    def status(value: float, stretch: Stretch | None = None) -> Status:
        return Figure("s", "p", "n", "2.5", "V", value, "f", stretch=stretch).status

    assert [status(2.59), status(2.41)] == [FOLLOWS] * 2
    assert [status(2.61), status(2.39)] == [NOT] * 2
    assert status(1.0, Stretch(2.55, "twice")) == STRETCHED
    assert status(1.0, Stretch(3.0, "thrice")) == NOT
    with pytest.raises(InputError, match="printed"):
        Figure("s", "p", "n", "0", "V", 1.0, "f")


def test_numbers_keep_five_digits() -> None:
    assert [number(v) for v in (118016.0, 0.0556981, 16.0, 1079.188, 1.44e-11)] == [
        *("118016", "0.055698", "16", "1079.2", "1.44e-11")
    ]


def test_the_table_fits_100_columns() -> None:
    assert max(map(len, text(CHIP))) <= 100


def test_trained_accuracies_stand_beside_the_printed_ones(tmp_path: Path) -> None:
    file = tmp_path / "trained.csv"
    file.write_text("table,case,column,percent\n3,8-bit,test,71.5\n")
    rows = accuracies(file)
    assert len(rows) == 59
    trained = [(row.table, row.case, row.printed, row.trained) for row in rows if row.trained]
    assert trained == [(3, "8-bit", 66.08, 71.5)]
    assert not any(row.trained for row in accuracies(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("table,case,column,percent\n9,8-bit,test,71.5\n", "no such row"),
        ("table,case,column,percent\n3,8-bit,test,171\n", "must be in 0..100"),
        ("table,case,column,percent\n3,8-bit,test,\n", "must be in 0..100"),
        ("table,case\n3,8-bit\n", "columns must be"),
    ],
)
def test_an_unusable_file_of_accuracies_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "trained.csv"
    file.write_text(content)
    with pytest.raises(InputError, match=message):
        accuracies(file)


def test_the_command_refuses_a_file_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trained.csv"
    file.write_text("table,case,column,percent\n9,8-bit,test,71.5\n")
    monkeypatch.setattr(accuracies, "__defaults__", (file,))
    monkeypatch.setattr(sys, "argv", ["figures"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("error: trained.csv: no such row in the thesis: 9, 8-bit, test")
    )


def test_the_page_in_docs_is_what_the_formulas_give() -> None:
    page = (ROOT / "docs/figures.md").read_text()
    assert page == "\n".join(markdown(CHIP)) + "\n"


def test_the_command_gives_the_figures_to_a_script() -> None:
    command = [sys.executable, "-m", "pymodel.figures", "--json"]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    rows = json.loads(printed)["figures"]
    assert [row["name"] for row in rows] == [figure.name for figure in FIGURES]
    assert rows[-1]["status"] == "follows"
