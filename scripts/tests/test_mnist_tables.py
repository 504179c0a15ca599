"""The tables of the MNIST networks: what is kept of a run, and what is committed."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from chips.errors import InputError
from pymodel.figures.accuracies import PRINTED, TRAINED, read_percent
from scripts.mnist.nets import CHOSEN, CONDITIONS, Measure, Norm, all_nets, printed_rows
from scripts.mnist.report import (
    other_lines,
    runs_csv,
    table_lines,
    trained_csv,
    verdict_lines,
    verdicts,
)
from scripts.mnist.store import Result, open_store
from sim.sources import ROOT

RUNS = TRAINED.with_name("lee2020_runs.csv")
SEEDS = (1, 2, 3)
RECIPE = {"epochs": 1}


def committed() -> list[Result]:
    """The runs behind the committed accuracies."""
    percents: dict[tuple[str, int], dict[Measure, float]] = {}
    with RUNS.open(newline="") as file:
        for row in csv.DictReader(file):
            run = percents.setdefault((row["net"], int(row["seed"])), {})
            run[Measure(row["measure"])] = float(row["percent"])
    return [Result(net, seed, percent) for (net, seed), percent in percents.items()]


def test_every_printed_accuracy_has_one_that_was_trained() -> None:
    assert [key for key, _, _ in printed_rows()] == list(read_percent(PRINTED))
    assert read_percent(TRAINED).keys() == read_percent(PRINTED).keys()


def test_every_network_was_trained_from_every_seed() -> None:
    wanted = {(net.name, seed) for net in all_nets() for seed in SEEDS}
    assert {(result.net, result.seed) for result in committed()} == wanted


def test_the_committed_files_are_what_the_runs_give() -> None:
    results = committed()
    assert TRAINED.read_text() == trained_csv(results)
    assert RUNS.read_text() == runs_csv(results)


@pytest.mark.parametrize("lines", [table_lines, other_lines, verdict_lines])
def test_the_page_holds_what_the_runs_give(lines: object) -> None:
    assert callable(lines)
    page = (ROOT / "docs/mnist.md").read_text()
    assert "\n".join(lines(committed())) + "\n" in page


def made_up(arithmetic: float, signed: float, shared: float) -> list[Result]:
    """Every network with the same accuracies; the printed baseline is 96."""
    ways = {Measure.TRAINED: 96.0, Measure.ARITHMETIC: arithmetic, Measure.SIGNED: signed}
    return [
        Result(net.name, 1, {Measure.TRAINED: shared} if net.norm is Norm.SHARED else ways)
        for net in all_nets()
    ]


def test_the_policy_is_what_loses_least_and_what_is_as_good() -> None:
    for verdict in verdicts(made_up(90, 95.8, 95.7)):
        assert verdict.loss == pytest.approx(
            {"arithmetic merge": 6, "signed merge": 0.2, "SBN": 0.3}
        )
        assert verdict.best == ["signed merge", "SBN"]
    assert [v.best for v in verdicts(made_up(95.5, 95.2, 80))] == [["arithmetic merge"]] * 3


def test_the_accuracies_of_a_table_are_means_over_the_seeds() -> None:
    results = [replace(r, seed=s) for r in made_up(90, 95, 94) for s in SEEDS]
    results[0] = replace(results[0], percent={Measure.TRAINED: 93.0})
    net = next(net for net in all_nets() if net.name == results[0].net)
    name = next(key for key, found, _ in printed_rows() if found == net)
    line = next(line for line in table_lines(results) if f"| {name[1]} " in line)
    assert line.endswith("| 95.00 | 93.00 | 96.00 |")


def test_conditions_hold_the_networks_that_their_names_say() -> None:
    binary, precise, mixed = (condition.nets for condition in CONDITIONS)
    assert {net.activation_bits for net in binary} == {1}
    assert min(min(net.weight_bits, net.activation_bits) for net in precise) >= 3
    assert {(net.weight_bits, net.activation_bits >= 3) for net in mixed} == {(1, True)}


def test_results_are_kept_and_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    result = Result(CHOSEN.name, 3, {Measure.TRAINED: 95.5, Measure.SIGNED: 94.0})
    with open_store(tmp_path, RECIPE) as store:
        store.add(result)
    (file,) = tmp_path.glob("*.jsonl")
    file.write_text(file.read_text() + '{"net": "400')
    with open_store(tmp_path, RECIPE) as store:
        assert store.results == [result]
        store.add(result)
    with open_store(tmp_path, RECIPE) as store:
        assert store.results == [result, result]


def test_another_recipe_has_results_of_its_own(tmp_path: Path) -> None:
    with open_store(tmp_path, RECIPE) as store:
        store.add(Result(CHOSEN.name, 1, {}))
    with open_store(tmp_path, {"epochs": 2}) as store:
        assert store.results == []


def test_a_line_that_is_no_result_and_a_second_run_are_refused(tmp_path: Path) -> None:
    with (
        open_store(tmp_path, RECIPE),
        pytest.raises(InputError, match="another run is at it"),
        open_store(tmp_path, RECIPE),
    ):
        pass
    with open_store(tmp_path, RECIPE) as store:
        store.add(Result(CHOSEN.name, 1, {}))
    (file,) = tmp_path.glob("*.jsonl")
    file.write_text("{}\n")
    with pytest.raises(InputError, match="line 1 is no result"), open_store(tmp_path, RECIPE):
        pass
