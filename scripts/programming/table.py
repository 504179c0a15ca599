"""The programming report for the terminal, at most 100 columns wide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from chips import Chip
from scripts.inference.report import Check
from scripts.programming.accuracy import NETWORKS, Accuracy
from scripts.programming.analysis import Analysis
from scripts.programming.cells import BINS, Population
from scripts.programming.failures import Failure, by_cause
from scripts.programming.places import CellPlace
from scripts.programming.pulse_log import Sweep

WORST_SHOWN = 3
WEIGHTS_SHOWN = 8
PROPERTIES_PER_LINE = 6


def table(found: Analysis, checks: list[Check], out: Path) -> str:
    """The whole report."""
    parts = (
        _run(found),
        _sweeps(found),
        _pulses(found),
        _resistances(found),
        _failures(found),
        _budgets(found),
        _energy(found),
        _weights(found),
        _properties(found),
        _files(out),
        _checks(checks),
    )
    return "\n\n".join("\n".join(part) for part in parts)


def _run(found: Analysis) -> Iterator[str]:
    job, chip, defects = found.job, found.inputs.chip, found.inputs.defects
    yield f"chip {job.chip}, device {job.device}, seed {job.seed}"
    yield f"weights {_short(Path(job.weights))}"
    yield (
        f"{chip.cells:,} cells in {chip.words:,} words; made stuck before: {defects.low.sum():,} "
        f"low, {defects.high.sum():,} high"
    )


def _sweeps(found: Analysis) -> Iterator[str]:
    yield "sweep       cells  failed     form      set    reset     senses   chip ms   wall s"
    for name in ("form", "write"):
        sweep = getattr(found.result, name)
        yield (
            f"{name.upper():<6}{sweep.requested:11,}{sweep.failed:8,}{sweep.pulses_form:9,}"
            f"{sweep.pulses_set:9,}{sweep.pulses_reset:9,}{sweep.senses:11,}"
            f"{1e3 * sweep.chip_seconds:10.1f}{sweep.seconds:9.1f}"
        )


def _pulses(found: Analysis) -> Iterator[str]:
    names = [_bin_name(lo, hi) for lo, hi in BINS]
    yield "cells with pulses, by how many of each kind"
    yield "      " + "".join(f"{name:>8}" for name in names) + "     mean   p99  most"
    for kind, histogram in found.histograms.items():
        cells = "".join(f"{count:8,}" for count in histogram.bins)
        yield f"{kind:<6}{cells}{histogram.mean:9.2f}{histogram.p99:6.0f}{histogram.most:6,}"


def _bin_name(lo: int, hi: int | None) -> str:
    if hi is None:
        return f"{lo}+"
    return str(lo) if lo == hi else f"{lo}-{hi}"


def _resistances(found: Analysis) -> Iterator[str]:
    head = "".join(f"{name:>9}" for name in ("0.1 %", "1 %", "median", "99 %", "99.9 %"))
    yield f"ohm{'cells':>13}{head}  out of verify  of read  failed"
    for population in found.populations:
        values = "".join(f"{_ohms(ohm):>9}" for ohm in population.percentiles_ohm)
        yield f"{population.name:<6}{population.cells:10,}{values}{_outside(population)}"
    for level in found.inputs.device.levels:
        verify = _window(level.verify_lo_ohm, level.verify_hi_ohm)
        yield f"{level.name}: verify {verify}, read {_window(level.read_lo_ohm, level.read_hi_ohm)}"


def _outside(population: Population) -> str:
    if population.outside_read is None:
        return ""
    return f"{population.outside_verify:15,}{population.outside_read:9,}{population.failed:8,}"


def _window(lo_ohm: float | None, hi_ohm: float | None) -> str:
    lo, hi = (_ohms(ohm) if ohm else "open" for ohm in (lo_ohm, hi_ohm))
    return f"{lo}..{hi}"


def _ohms(ohm: float) -> str:
    for unit, scale in (("M", 1e6), ("k", 1e3)):
        if ohm >= scale:
            return f"{ohm / scale:.4g}{unit}"
    return f"{ohm:.4g}"


def _failures(found: Analysis) -> Iterator[str]:
    if not found.failures:
        yield "no cell failed"
        return
    yield "failed in  symptom        used up               cells"
    for (sweep, symptom, limit), count in sorted(by_cause(found.failures).items()):
        yield f"{sweep:<11}{symptom:<15}{limit:<22}{count:5,}"
    written = [failure for failure in found.failures if failure.sweep is Sweep.WRITE]
    yield from _places(found.inputs.chip, written)


def _places(chip: Chip, failures: list[Failure]) -> Iterator[str]:
    """Failures of WRITE by layer and bit, and the groups, filters and rows with most of them."""
    yield (
        "WRITE" + "".join(f"{f'bit {bit}':>8}" for bit in range(chip.chip.weight_bits)) + "     all"
    )
    for layer in range(len(chip.layers)):
        bits = Counter(f.place.bit for f in failures if f.place.layer == layer)
        counts = "".join(f"{bits[bit]:8,}" for bit in range(chip.chip.weight_bits))
        yield f"layer {layer}{counts[2:]}{bits.total():8,}"
    yield from _worst("groups", failures, lambda p: (p.layer, p.filter // chip.chip.lanes))
    yield from _worst("filters", failures, lambda p: (p.layer, p.filter))
    yield from _worst("rows", failures, lambda p: (p.layer, p.row))


def _worst(
    name: str, failures: list[Failure], place: Callable[[CellPlace], tuple[int, int]]
) -> Iterator[str]:
    most = Counter(place(failure.place) for failure in failures).most_common(WORST_SHOWN)
    shown = ", ".join(f"{number} of layer {layer}: {count}" for (layer, number), count in most)
    yield f"{name} with most: {shown or 'none'}"


def _budgets(found: Analysis) -> Iterator[str]:
    yield "worst                        used      budget          where"
    for budget in found.budgets:
        used, limit = f"{budget.used:,.4g}", f"{budget.limit:,} {budget.unit}"
        yield f"{budget.name:<22}{used:>11}{limit:>19}   {budget.place}"


def _energy(found: Analysis) -> Iterator[str]:
    parts = ", ".join(f"{kind} {1e3 * joule:.4g}" for kind, joule in found.energy_j.items())
    yield f"energy at most {1e3 * sum(found.energy_j.values()):.4g} mJ: {parts}"
    strobe_ns = 1e9 * found.result.strobe_s
    yield "  pulses: sum of cells x line voltage x compliance current x width"
    yield f"  senses: sum of cells x (read voltage)^2 / R x {strobe_ns:.0f} ns"
    yield "  not in it: charging of lines, losses of the pump, amplifiers, DACs, digital control"


def _weights(found: Analysis) -> Iterator[str]:
    affected, weights = found.codes.affected, found.inputs.chip.cells // _bits(found)
    yield f"{len(affected):,} of {weights:,} weights have a cell that cannot hold its bit"
    if affected:
        yield "layer  filter  row   wanted  programmed  nearest"
    for weight in affected[:WEIGHTS_SHOWN]:
        layer, filter_, row = weight.place
        codes = f"{weight.wanted:9}{weight.programmed:12}{weight.nearest:9}"
        yield f"{layer:5}{filter_:8}{row:5}{codes}"
    if len(affected) > WEIGHTS_SHOWN:
        yield f"  ... and {len(affected) - WEIGHTS_SHOWN:,} more in the summary"
    heads = "".join(f"{name:>18}" for name in NETWORKS)
    yield f"{'accuracy (labels as wanted ones)':<34}{heads}"
    yield from map(_accuracy, found.accuracies)


def _accuracy(accuracy: Accuracy) -> str:
    pairs = ((accuracy.accuracy[name], accuracy.agreement[name]) for name in NETWORKS)
    shown = "".join(f"{f'{100 * right:.2f} ({100 * same:.2f}) %':>18}" for right, same in pairs)
    images = f"noise {'on' if accuracy.noise else 'off'}, {accuracy.images:,} images"
    return f"{images:<34}{shown}"


def _bits(found: Analysis) -> int:
    return found.inputs.chip.chip.weight_bits


def _properties(found: Analysis) -> Iterator[str]:
    properties = list(found.properties.exercised.items())
    yield "properties of the pins, and how often each was exercised" + (
        "" if properties else ": not recorded"
    )
    for start in range(0, len(properties), PROPERTIES_PER_LINE):
        line = properties[start : start + PROPERTIES_PER_LINE]
        yield "".join(f"{name:>5}{count:11,}" for name, count in line)


def _files(out: Path) -> Iterator[str]:
    yield f"commands of the host  {_short(out / 'host.csv')}"
    yield f"weight stream         {_short(out / 'words.hex')}"


def _short(path: Path) -> Path:
    """A path as seen from here, if it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _checks(checks: list[Check]) -> Iterator[str]:
    for check in checks:
        yield f"{'pass' if check.passed else 'FAIL'}  {check.name:<44} {check.found}"
