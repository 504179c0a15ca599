"""Tables 1-6 from the results: as CSV files, as text, and the policy that follows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from pymodel.figures.accuracies import COLUMNS, PRINTED, read_percent
from scripts.mnist.nets import CONDITIONS, Condition, Measure, Net, Norm, printed_rows
from scripts.mnist.store import Result

AS_GOOD = 0.26  # percent points that the thesis calls "as accurate": table 4, 96.23 and 95.97
POLICIES = ("arithmetic merge", "signed merge", "SBN")


class Summary:
    """Accuracies over the seeds, by network and measure."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = results

    def percents(self, net: Net, measure: Measure) -> list[float]:
        """Of every seed, in order of the seeds."""
        found = sorted((r for r in self._results if r.net == net.name), key=lambda r: r.seed)
        return [result.percent[measure] for result in found if measure in result.percent]

    def mean(self, net: Net, measure: Measure) -> float:
        """Over the seeds."""
        return fmean(self.percents(net, measure))


def trained_csv(results: Sequence[Result]) -> str:
    """Rows for `pymodel/figures/data/lee2020_trained.csv`: the mean over the seeds."""
    summary = Summary(results)
    rows = ((*key, f"{summary.mean(net, m):.2f}") for key, net, m in printed_rows())
    return _csv(COLUMNS, rows)


def runs_csv(results: Sequence[Result]) -> str:
    """Every accuracy of every network and seed."""
    rows = (
        (result.net, str(result.seed), measure.value, f"{percent:.2f}")
        for result in sorted(results, key=lambda r: (r.net, r.seed))
        for measure, percent in result.percent.items()
    )
    return _csv(("net", "seed", "measure", "percent"), rows)


def table_lines(results: Sequence[Result]) -> Iterator[str]:
    """Tables 1-5 in Markdown: printed, mean over the seeds, lowest and highest of them."""
    summary, printed = Summary(results), read_percent(PRINTED)
    yield "| table | case | column | printed | trained | lowest | highest |"
    yield "|---|---|---|---:|---:|---:|---:|"
    for key, net, measure in printed_rows():
        found = summary.percents(net, measure)
        percents = (printed[key], fmean(found), min(found), max(found))
        yield f"| {' | '.join((*key, *(f'{p:.2f}' for p in percents)))} |"


def other_lines(results: Sequence[Result]) -> Iterator[str]:
    """The two measures that the thesis does not have, in Markdown."""
    summary, measures = Summary(results), list(Measure)
    yield f"| weights | activations | {' | '.join(measures)} |"
    yield f"|---|---|{'---:|' * len(measures)}"
    nets = dict.fromkeys(net for condition in CONDITIONS for net in condition.nets)
    for net in nets:
        percents = " | ".join(f"{summary.mean(net, measure):.2f}" for measure in measures)
        yield f"| {net.weight_bits}-bit | {net.activation_bits}-bit | {percents} |"


@dataclass(frozen=True)
class Verdict:
    """Table 6 from our numbers: mean loss in percent points against batch norm, by policy."""

    condition: Condition
    loss: dict[str, float]

    @property
    def best(self) -> list[str]:
        """The policy that loses least, and those as good as it."""
        least = min(self.loss.values())
        order = sorted(self.loss, key=lambda policy: self.loss[policy])
        return [policy for policy in order if self.loss[policy] <= least + AS_GOOD]


def verdicts(results: Sequence[Result]) -> list[Verdict]:
    """One for each row of table 6."""
    summary = Summary(results)
    return [Verdict(condition, _losses(summary, condition)) for condition in CONDITIONS]


def _losses(summary: Summary, condition: Condition) -> dict[str, float]:
    def loss(net: Net, policy: str) -> float:
        baseline = summary.mean(net, Measure.TRAINED)
        if policy == "SBN":
            return baseline - summary.mean(replace(net, norm=Norm.SHARED), Measure.TRAINED)
        return baseline - summary.mean(net, Measure(policy))

    return {policy: fmean(loss(net, policy) for net in condition.nets) for policy in POLICIES}


def verdict_lines(results: Sequence[Result]) -> Iterator[str]:
    """Table 6 in Markdown: the loss of each policy, the best here, the printed one."""
    yield f"| condition | {' | '.join(POLICIES)} | best here | printed |"
    yield "|---|---:|---:|---:|---|---|"
    for verdict in verdicts(results):
        losses = " | ".join(f"{verdict.loss[policy]:.2f}" for policy in POLICIES)
        best, condition = ", ".join(verdict.best), verdict.condition
        yield f"| {condition.name} | {losses} | {best} | {condition.printed} |"


def _csv(header: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
