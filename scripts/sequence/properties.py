"""The properties of the checker in a few words, and the roles without which one is not judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Property:
    """One property; `needs`: roles without which nothing or not all of it is judged."""

    name: str
    title: str
    needs: tuple[str, ...] = ()

    def missing(self, roles: Iterable[str]) -> list[str]:
        """Roles that it needs and that are not among `roles`."""
        present = set(roles)
        return [role for role in self.needs if role not in present]


PROPERTIES = (
    Property("A1", "bit and source lines never together, drivers by polarity"),
    Property("A2", "dead time between polarities, and from pulse to sense"),
    Property("A3", "address, codes and columns stable around the word line"),
    Property("A4", "order of word line, high voltage and bleed; address rests"),
    Property("A5", "pulse width and high-voltage time of a word", ("start", "done")),
    Property("A6", "word, bit and source line below their ceilings", ("forming",)),
    Property("A7", "pump ready before high voltage; its loss drops it"),
    Property("A8", "discharged before a sense"),
    Property("A9", "every pulse verified, two reads to accept", ("cell_failed",)),
    Property("A10", "read before a pulse, only cells that differ"),
    Property("A11", "limits of pulses and reversals, ramps rise"),
    Property("A12", "a failed cell is told", ("done", "error", "cell_failed")),
    Property(
        "A13", "stop, reset, brown-out: high voltage off in time", ("reset", "supply_ok", "stop")
    ),
    Property("A14", "one word at a time; disturb within its budget"),
    Property("A15", "cycles of a cell within its endurance"),
    Property("A16", "no FORM pulse on a formed cell, RESET after FORM", ("forming",)),
    Property("A17", "each start is answered once", ("start", "done", "busy")),
    Property("A18", "an illegal configuration is refused", ("illegal", "start", "done", "error")),
    Property("A19", "an invalid state drops high voltage", ("alarm",)),
    Property("A20", "no programming in inference, phases in order"),
)
