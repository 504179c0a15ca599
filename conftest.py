"""Options of the whole test suite, and the line that repeats a failure."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test` passes on."""
    group = parser.getgroup("chip")
    group.addoption("--seed", type=int, default=1, help="seed of every random test")
    group.addoption("--waves", action="store_true", help="record waves of every bench")
    group.addoption("--coverage", action="store_true", help="count what each bench reaches")
    group.addoption("--select", metavar="REGEX", help="run only the tests whose id matches")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a `--select` that is not a regular expression."""
    pattern = config.getoption("--select") or ""
    try:
        re.compile(pattern)
    except re.error as error:
        raise pytest.UsageError(f"TEST={pattern}: not a regular expression: {error}") from None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that `--select` names."""
    chosen = re.compile(config.getoption("--select") or "")
    dropped = [item for item in items if not chosen.search(item.nodeid)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if chosen.search(item.nodeid)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say after each failure how to repeat it, unless its message does."""
    report = yield
    if report.failed and "repeat: " not in report.longreprtext:
        name = item.nodeid.split("::", 1)[-1]
        chosen = re.sub(r"[^\w=,./ -]", ".", name)
        seed = item.config.getoption("--seed")
        report.sections.append(("repeat", f"make test TEST='{chosen}' SEED={seed}"))
    return report


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Seed of a random test, `make test SEED=`."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def waves(request: pytest.FixtureRequest) -> bool:
    """Whether to record waves, `make test WAVES=1`."""
    return bool(request.config.getoption("--waves"))


@pytest.fixture
def coverage(request: pytest.FixtureRequest) -> bool:
    """Whether to count what the bench reaches."""
    return bool(request.config.getoption("--coverage"))
