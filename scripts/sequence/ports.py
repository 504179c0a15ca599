"""Ports of a top module, as Verilator elaborates them."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chips.errors import InputError
from sim.toolchain import environment, find_toolchain

DIRECTIONS = ("INPUT", "OUTPUT", "INOUT")


@dataclass(frozen=True)
class Port:
    """One port: `direction` is input, output or inout."""

    name: str
    direction: str
    bits: int


def read_ports(
    files: Iterable[Path], top: str, parameters: Mapping[str, int | str], options: Iterable[str]
) -> dict[str, Port]:
    """Ports of module `top` by name, in their order.

    Raises
    ------
    InputError
        Verilator refuses the files, or a port is neither a vector nor packed.
    """
    with tempfile.TemporaryDirectory() as folder:
        _elaborate(files, top, parameters, options, folder)
        tree = json.loads(next(Path(folder).glob("*.tree.json")).read_text())
    module = next(m for m in tree["modulesp"] if m.get("origName") == top)
    types = {t["addr"]: t for misc in tree["miscsp"] for t in misc.get("typesp", [])}
    found = [s for s in module["stmtsp"] if s.get("direction") in DIRECTIONS]
    return {s["name"]: _port(s, types) for s in found}


def _elaborate(
    files: Iterable[Path],
    top: str,
    parameters: Mapping[str, int | str],
    options: Iterable[str],
    folder: str,
) -> None:
    toolchain = find_toolchain()
    given = [f"-G{name}={literal(value)}" for name, value in parameters.items()]
    command = ["perl", str(toolchain.verilator), "--json-only", "--timing", "-Wno-fatal"]
    command += ["-Wno-lint", "-Wno-style", "--top-module", top, "--Mdir", folder, *given, *options]
    with environment(toolchain.environment()):
        done = subprocess.run(
            [*command, *map(str, files)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("%Error")]
        raise InputError(f"RTL: Verilator refuses it: {lines[0] if lines else done.stderr.strip()}")


def literal(value: int | str) -> str:
    """A parameter value as SystemVerilog writes it."""
    return str(value) if isinstance(value, int) else f'"{value}"'


def _port(variable: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]) -> Port:
    bits = _bits(types[variable["dtypep"]], types)
    if not bits:
        raise InputError(f"RTL: port {variable['name']} is no vector; give the top flat ports")
    return Port(variable["name"], variable["direction"].lower(), bits)


def _bits(kind: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]) -> int:
    """Bits of a packed type; 0 for any other."""
    match kind["type"]:
        case "BASICDTYPE":
            return _length(kind.get("range", "0:0")) if kind["keyword"] != "real" else 0
        case "REFDTYPE" | "ENUMDTYPE":
            return _bits(types[kind["refDTypep"]], types)
        case "PACKARRAYDTYPE":
            return _length(kind["declRange"].strip("[]")) * _bits(types[kind["refDTypep"]], types)
        case "STRUCTDTYPE":
            members = kind["membersp"] if kind.get("packed") else []
            return sum(_bits(types[member["dtypep"]], types) for member in members)
    return 0


def _length(span: str) -> int:
    left, right = map(int, span.split(":"))
    return abs(left - right) + 1
