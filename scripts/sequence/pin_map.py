"""The map from the pins of a controller to their roles: a TOML file, strictly read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chips.description import Chip
from chips.errors import InputError
from chips.tables import from_table, read_toml, require
from scripts.sequence.roles import ROLES, Coding, Role, Side, width_of

ACTIVE = ("high", "low")
PERIOD_MIN_NS = 0.002  # two steps of the simulator
CODE_BITS = 16  # of a pin whose codes are translated
RESET_ROLE = "reset"  # named under [controller], because a bench has to drive it


@dataclass(frozen=True)
class ClockPin:
    """Where the clock goes in."""

    pin: str
    period_ns: float

    def __post_init__(self) -> None:
        least = f"must be at least {PERIOD_MIN_NS:g}"
        require(self.period_ns >= PERIOD_MIN_NS, f"clock: period_ns {self.period_ns:g} {least}")


@dataclass(frozen=True)
class ResetPin:
    """Where the reset goes in."""

    pin: str
    active: str = "high"

    def __post_init__(self) -> None:
        _check_active("reset", self.active)


@dataclass(frozen=True)
class Controller:
    """Section `[controller]`; a check of recorded waves needs none of it but `scope`.

    top, clock, reset: module and pins that a bench drives. parameters: of the module.
    scope: path in a wave file before every pin.
    """

    top: str = ""
    clock: ClockPin | None = None
    reset: ResetPin | None = None
    scope: str = ""


@dataclass(frozen=True)
class Pin:
    """How a pin, a part of one or a constant plays a role.

    pin: its name. active: level of a flag or of each bit of a mask that means true. bits: highest
    and lowest bit that belong to the role; all by default. scale_mv, offset_mv: voltage of a DAC
    code, offset + scale * code. codes: the chip's value for each value of the pin.
    const: a constant instead of a pin.
    """

    pin: str = ""
    active: str = "high"
    bits: tuple[int, ...] = ()
    scale_mv: float | None = None
    offset_mv: float = 0.0
    codes: tuple[int, ...] = ()
    const: int | None = None

    @property
    def translated(self) -> bool:
        """Whether the role takes another number than the one at the pin."""
        return self.scale_mv is not None or bool(self.codes)


@dataclass(frozen=True)
class PinMap:
    """A whole map.

    pins: by role; the reset is in there where the map names one.
    """

    path: Path
    controller: Controller
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    pins: Mapping[str, Pin] = field(default_factory=dict)

    def of(self, *sides: Side) -> Iterator[tuple[Role, Pin]]:
        """Roles that are played by a pin, on the given sides or on all."""
        for name, pin in self.pins.items():
            if pin.pin and (not sides or ROLES[name].side in sides):
                yield ROLES[name], pin


def read_map(path: Path, chip: Chip) -> PinMap:
    """Read and check a map.

    Raises
    ------
    InputError
        An unknown key or role, a missing role, a value that its role cannot have.
    """
    table = read_toml(path)
    try:
        return _map(path, table, chip)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _map(path: Path, table: dict[str, Any], chip: Chip) -> PinMap:
    for key in table:
        require(key in ("controller", "pins"), f"unknown key '{key}'; allowed: controller, pins")
    section = dict(_table("controller", table.get("controller", {})))
    parameters = _parameters(section.pop("parameters", {}))
    controller = from_table(Controller, section, "controller")
    pins = _pins(_table("pins", table.get("pins", {})), chip)
    if controller.reset:
        pins[RESET_ROLE] = Pin(controller.reset.pin, controller.reset.active)
    return PinMap(path, controller, parameters, pins)


def _table(where: str, value: Any) -> dict[str, Any]:
    require(isinstance(value, dict), f"{where}: expected a table, found {value!r}")
    return dict(value)


def _parameters(table: Any) -> dict[str, int | str]:
    values = _table("controller: parameters", table)
    for name, value in values.items():
        where = f"controller: parameters: {name}"
        require(type(value) in (int, str), f"{where}: expected a number or text, found {value!r}")
    return values


def _pins(table: dict[str, Any], chip: Chip) -> dict[str, Pin]:
    allowed = [name for name in ROLES if name != RESET_ROLE]
    for name in table:
        require(name in allowed, f"pins: unknown role '{name}'; allowed: {', '.join(allowed)}")
    missing = [name for name, role in ROLES.items() if role.required and name not in table]
    if missing:
        raise InputError(f"pins: missing role '{missing[0]}'; give its pin or {{const = n}}")
    return {name: _pin(ROLES[name], value, chip) for name, value in table.items()}


def _pin(role: Role, value: Any, chip: Chip) -> Pin:
    where = f"pins: {role.name}"
    if isinstance(value, str):
        value = {"pin": value}
    require(isinstance(value, dict), f"{where}: expected a pin or a table, found {value!r}")
    pin = from_table(Pin, value, where)
    require((pin.const is None) == bool(pin.pin), f"{where}: give either pin or const")
    _check_active(where, pin.active)
    _check_bits(where, pin.bits)
    _check_const(where, role, pin, chip)
    _check_translation(where, role, pin, chip)
    return pin


def check_width(role: Role, pin: Pin, bits: int, chip: Chip) -> None:
    """Refuse a pin whose bits the role cannot take; a narrower one gets zeros above it.

    Parameters
    ----------
    bits
        Bits of the whole pin.

    Raises
    ------
    InputError
        The pin has too many bits, or not those that the map names.
    """
    where = f"pins: {role.name}: pin {pin.pin}"
    if pin.bits:
        high = pin.bits[0]
        require(high < bits, f"{where} has bits {bits - 1}..0, the map asks for {high}")
    used, limit = pin.bits[0] - pin.bits[1] + 1 if pin.bits else bits, width_of(role, chip)
    if pin.translated:
        limit = max(limit, CODE_BITS)
    require(
        used <= limit,
        f"{where} gives {used} bits, the role has {limit} at chip {chip.name}; bits = [high, low] "
        f"names a part of a pin",
    )


def _check_active(where: str, active: str) -> None:
    require(active in ACTIVE, f"{where}: active '{active}'; allowed: {', '.join(ACTIVE)}")


def _check_bits(where: str, bits: tuple[int, ...]) -> None:
    ordered = len(bits) == 2 and bits[0] >= bits[1] >= 0
    require(not bits or ordered, f"{where}: bits {list(bits)}; allowed: [highest, lowest]")


def _check_const(where: str, role: Role, pin: Pin, chip: Chip) -> None:
    if pin.const is not None:
        highest = (1 << width_of(role, chip)) - 1
        require(0 <= pin.const <= highest, f"{where}: const {pin.const}; allowed: 0..{highest}")
        others = pin == Pin(const=pin.const)
        require(others, f"{where}: const stands alone, without active, bits or codes")


def _check_translation(where: str, role: Role, pin: Pin, chip: Chip) -> None:
    dac, number = role.coding is Coding.DAC, role.coding is Coding.NUMBER
    scaled = pin.scale_mv is not None
    if scaled or pin.offset_mv:
        require(dac, f"{where}: scale_mv and offset_mv belong to a DAC code")
        require(scaled and float(pin.scale_mv or 0) > 0, f"{where}: scale_mv must be above 0")
    if pin.codes:
        highest = (1 << width_of(role, chip)) - 1
        require(dac or number, f"{where}: codes belong to a number or a DAC code")
        require(not scaled, f"{where}: give either codes or scale_mv")
        fits = all(0 <= code <= highest for code in pin.codes)
        require(fits, f"{where}: codes {list(pin.codes)}; allowed: 0..{highest}")
    plain = role.side is not Side.ANSWERS or not pin.translated
    require(plain, f"{where}: an answer of the macro has no codes")
