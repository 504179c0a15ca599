"""A group of the functional plan: a cross of named values without those that cannot happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

Bin = tuple[str, ...]


@dataclass(frozen=True)
class Never:
    """Combinations that cannot happen, and why.

    Parameters
    ----------
    reason
        Why.
    values
        Values by axis; an axis that is not named may have any.
    """

    reason: str
    values: Mapping[str, tuple[str, ...]]

    def holds(self, combination: Mapping[str, str]) -> bool:
        """Whether it excludes a combination."""
        return all(combination[axis] in values for axis, values in self.values.items())


@dataclass(frozen=True)
class Group:
    """A cross of some axes; every combination that can happen has to.

    Parameters
    ----------
    name
        Its place in the plan, such as "programming.end".
    title
        What it counts, and when.
    axes
        Values of each axis.
    never
        What is excluded.
    """

    name: str
    title: str
    axes: Mapping[str, tuple[str, ...]]
    never: tuple[Never, ...] = ()

    @cached_property
    def ordered(self) -> tuple[Bin, ...]:
        """Every combination that has to happen, the last axis running fastest."""
        return tuple(values for values in self._all() if not self._excluded(values))

    @cached_property
    def bins(self) -> frozenset[Bin]:
        """The same without an order."""
        return frozenset(self.ordered)

    @cached_property
    def excluded(self) -> dict[Bin, str]:
        """Every other combination, and why it cannot happen."""
        return {values: reason for values in self._all() if (reason := self._excluded(values))}

    def _all(self) -> Iterator[Bin]:
        return product(*self.axes.values())

    def _excluded(self, values: Bin) -> str:
        combination = dict(zip(self.axes, values, strict=True))
        return next((never.reason for never in self.never if never.holds(combination)), "")


def never(reason: str, **values: str | tuple[str, ...]) -> Never:
    """An exclusion; a single value may stand alone."""
    return Never(reason, {a: (v,) if isinstance(v, str) else v for a, v in values.items()})
