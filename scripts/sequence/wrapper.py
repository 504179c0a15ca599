"""The generated top of a check: the controller, its pins turned into those of the chip, the bay.

Every port of the controller keeps its name in it. What the macro answers is connected inside; all
other inputs are ports of the top, which the stimulus drives, but for `cnr_power_ok`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chips.description import Chip
from chips.errors import InputError
from chips.geometry import DAC_CODES
from scripts.sequence.pin_map import RESET_ROLE, Pin, PinMap, check_width
from scripts.sequence.ports import Port, literal
from scripts.sequence.roles import ROLES, Role, Side, width_of

TOP = "cnr_controller_tb"
POWER = "cnr_power_ok"
INDENT = "  "


def wrapper(pin_map: PinMap, ports: Mapping[str, Port], chip: Chip) -> str:
    """Text of the module `cnr_controller_tb`.

    Raises
    ------
    InputError
        The map names a port that does not exist, is too wide or has the wrong direction.
    """
    _check(pin_map, ports, chip)
    answers = _answers(pin_map)
    body = [
        *(f"{_logic(ports[name].bits)} {name};" for name in answers),
        "",
        *_dac_function(chip),
        "",
        *_chip_pins(pin_map, ports, chip),
        "",
        *_answer_pins(pin_map, answers, ports, chip),
        "",
        *_instances(pin_map, ports),
    ]
    return "\n".join(
        [
            f"// {pin_map.controller.top} at chip {chip.name}, by the map {pin_map.path.name}.",
            f"module {TOP} (",
            ",\n".join(_top_ports(ports, answers)),
            ");",
            "",
            "  timeunit 1ns; timeprecision 1ps;",
            "",
            *(f"{INDENT}{line}" if line else "" for line in body),
            "",
            "endmodule",
            "",
        ]
    )


def _check(pin_map: PinMap, ports: Mapping[str, Port], chip: Chip) -> None:
    controller = pin_map.controller
    for name, driven in (("clock", controller.clock), (RESET_ROLE, controller.reset)):
        if driven and _port(name, driven.pin, ports).direction != "input":
            raise InputError(
                f"pins: {name}: pin {driven.pin} is an output of {controller.top}, must be an input"
            )
    for role, pin in pin_map.of():
        port = _port(role.name, pin.pin, ports)
        check_width(role, pin, port.bits, chip)
        allowed = {Side.DRIVES: ("output",), Side.ANSWERS: ("input",)}.get(role.side)
        if allowed and port.direction not in allowed:
            raise InputError(
                f"pins: {role.name}: pin {pin.pin} is an {port.direction} of {controller.top}, "
                f"must be an {allowed[0]}: {role.side.value}"
            )


def _port(role: str, name: str, ports: Mapping[str, Port]) -> Port:
    if name not in ports:
        raise InputError(f"pins: {role}: no port '{name}'; allowed: {', '.join(ports)}")
    if ports[name].direction == "inout":
        raise InputError(f"pins: {role}: pin {name} is an inout, must be an input or an output")
    return ports[name]


def _answers(pin_map: PinMap) -> dict[str, list[tuple[Role, Pin]]]:
    """Answered input pins with the roles that feed them."""
    fed: dict[str, list[tuple[Role, Pin]]] = {}
    for role, pin in pin_map.of(Side.ANSWERS):
        fed.setdefault(pin.pin, []).append((role, pin))
    return fed


def _top_ports(ports: Mapping[str, Port], answers: Mapping[str, object]) -> Iterator[str]:
    yield f"{INDENT}input  logic {POWER}"
    for port in ports.values():
        if port.name not in answers:
            yield f"{INDENT}{port.direction:<6} {_logic(port.bits)} {port.name}"


def _logic(bits: int) -> str:
    return f"logic [{bits - 1}:0]" if bits > 1 else "logic"


def _slice(pin: Pin, port: Port) -> str:
    """The part of a pin that plays a role; a pin of one bit has no parts."""
    whole = not pin.bits or port.bits == 1
    return pin.pin if whole else f"{pin.pin}[{pin.bits[0]}:{pin.bits[1]}]"


def _dac_function(chip: Chip) -> Iterator[str]:
    """The code of the chip that is nearest to a voltage."""
    bits, step_mv = chip.pins.dac, chip.programming.dac_step_mv
    yield f"function automatic {_logic(bits)} code_of(real millivolts);"
    yield f"  int nearest = $rtoi($floor(millivolts / {float(step_mv)} + 0.5));"
    yield "  if (nearest < 0) return '0;"
    yield f"  return {bits}'((nearest < {DAC_CODES}) ? nearest : {DAC_CODES - 1});"
    yield "endfunction"


def _chip_pins(pin_map: PinMap, ports: Mapping[str, Port], chip: Chip) -> Iterator[str]:
    """One signal per role that the controller drives or tells, coded as the chip has it."""
    for role in ROLES.values():
        if role.side is Side.ANSWERS:
            continue
        width = width_of(role, chip)
        yield f"{_logic(width)} role_{role.name};"
        pin = pin_map.pins.get(role.name, Pin(const=role.idle))
        yield f"assign role_{role.name} = {_chip_value(role, pin, ports, width)};"


def _chip_value(role: Role, pin: Pin, ports: Mapping[str, Port], width: int) -> str:
    if pin.const is not None:
        return f"{width}'d{pin.const ^ (1 if role.active_low else 0)}"
    source = _slice(pin, ports[pin.pin])
    if (pin.active == "high") == role.active_low:
        source = f"{{~{source}}}"  # without braces it would be inverted at the width around it
    if pin.scale_mv is not None:
        return f"code_of({pin.offset_mv} + {pin.scale_mv} * real'({source}))"
    if pin.codes:
        chosen = (f"({source} == {n}) ? {width}'d{code} : " for n, code in enumerate(pin.codes))
        return "".join(chosen) + "'0"
    return f"{width}'({source})"


def _answer_pins(
    pin_map: PinMap,
    answers: Mapping[str, list[tuple[Role, Pin]]],
    ports: Mapping[str, Port],
    chip: Chip,
) -> Iterator[str]:
    for role in ROLES.values():
        if role.side is Side.ANSWERS:
            yield f"{_logic(width_of(role, chip))} role_{role.name};"
    for name, roles in answers.items():
        yield "always_comb begin"
        yield f"  {name} = '0;"
        for role, pin in roles:
            used = pin.bits[0] - pin.bits[1] + 1 if pin.bits else ports[name].bits
            inverted = "~" if pin.active == "low" else ""
            yield f"  {_slice(pin, ports[name])} = {used}'({inverted}role_{role.name});"
        yield "end"


def _instances(pin_map: PinMap, ports: Mapping[str, Port]) -> Iterator[str]:
    given = ", ".join(f".{n}({literal(v)})" for n, v in pin_map.parameters.items())
    parameters = f" #({given})" if given else ""
    yield f"{pin_map.controller.top}{parameters} u_controller ("
    yield ",\n".join(f"{INDENT * 2}.{name}({name})" for name in ports)
    yield ");"
    yield ""
    yield "cnr_controller_bay u_bay ("
    connected = [f".{_bay_port(role)}(role_{role.name})" for role in ROLES.values()]
    yield ",\n".join(f"{INDENT * 2}{pin}" for pin in (f".power_ok_i({POWER})", *connected))
    yield ");"


def _bay_port(role: Role) -> str:
    return f"{role.name}_o" if role.side is Side.ANSWERS else role.port_name
