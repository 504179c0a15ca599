"""The coverage report as HTML: one page for all, one per source file with its marked lines."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.coverage.code import TITLES, Item, by_file, shares
from scripts.coverage.result import GOALS, Result
from scripts.coverage.table import hole_lines

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Row:
    """A line of a source file.

    Parameters
    ----------
    number, text
        The line.
    mark
        "hit", "missed" (some point of it), "waived" or "" (nothing to reach).
    hits
        How often the line ran; None where it holds nothing that runs.
    missed, waived
        What was not reached in it.
    """

    number: int
    text: str
    mark: str
    hits: int | None
    missed: list[Item]
    waived: list[Item]


def write_html(result: Result, root: Path, out: Path) -> None:
    """Write all pages into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    files = by_file(result.code)
    index = pages.get_template("index.html.j2").render(
        result=result,
        goals=GOALS,
        titles=TITLES,
        files={file: shares(found) for file, found in files.items()},
        page=page_name,
        holes=list(hole_lines(result.holes)),
    )
    (out / "index.html").write_text(index)
    for file, found in files.items():
        rows = annotated((root / file).read_text(), found)
        page = pages.get_template("source.html.j2").render(file=file, rows=rows, result=result)
        (out / page_name(file)).write_text(page)


def page_name(file: str) -> str:
    """Name of the page of a source file."""
    return f"{file.replace('/', '_')}.html"


def annotated(text: str, found: list[Item]) -> list[Row]:
    """The lines of a source file with what was reached in them."""
    by_line: dict[int, list[Item]] = defaultdict(list)
    for item in found:
        by_line[item.line].append(item)
    return [_row(n, line, by_line[n]) for n, line in enumerate(text.splitlines(), 1)]


def _row(number: int, text: str, here: list[Item]) -> Row:
    missed = [item for item in here if item.hole]
    waived = [item for item in here if item.waiver]
    mark = "missed" if missed else "waived" if waived else "hit" if here else ""
    hits = next((item.hits for item in here if item.kind == "line"), None)
    return Row(number, text, mark, hits, missed, waived)
