"""One published figure: what the source prints, and what the formula behind it gives."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal

from chips.tables import require


class Status(enum.StrEnum):
    """What a figure is worth.

    FOLLOWS: the plain formula gives it. STRETCHED: only an unusual way of counting does.
    NOT_REPRODUCIBLE: no honest formula does.
    """

    FOLLOWS = "follows"
    STRETCHED = "stretched"
    NOT_REPRODUCIBLE = "not reproducible"


@dataclass(frozen=True)
class Stretch:
    """An unusual way of counting: what it gives, and how."""

    value: float
    formula: str


@dataclass(frozen=True)
class Figure:
    """One printed number.

    source : paper. place : slide, table or figure of it. printed : as printed, in `unit`; its last
    digit says how exact it is. value : what the plain formula gives, in the same unit. convention :
    how things are counted. stretch : the counting that gives the printed number where the plain
    formula does not.

    Raises
    ------
    InputError
        A printed number that is 0 or none: nothing can be compared with it.
    """

    source: str
    place: str
    name: str
    printed: str
    unit: str
    value: float
    formula: str
    convention: str = ""
    stretch: Stretch | None = None

    def __post_init__(self) -> None:
        number = Decimal(self.printed)
        require(number.is_finite() and number != 0, f"{self.name}: printed {self.printed}")

    @property
    def printed_value(self) -> float:
        """The printed number."""
        return float(self.printed)

    @property
    def last_digit(self) -> float:
        """What one unit in the last printed digit is worth."""
        exponent = Decimal(self.printed).as_tuple().exponent
        return 10.0 ** int(exponent)

    def agrees(self, value: float) -> bool:
        """Whether `value`, rounded either way, is the printed number."""
        return abs(value - self.printed_value) < self.last_digit

    @property
    def status(self) -> Status:
        """What the figure is worth, from the numbers alone."""
        if self.agrees(self.value):
            return Status.FOLLOWS
        if self.stretch is not None and self.agrees(self.stretch.value):
            return Status.STRETCHED
        return Status.NOT_REPRODUCIBLE

    @property
    def difference(self) -> float:
        """Relative difference of the formula's value from the printed one."""
        return self.value / self.printed_value - 1
