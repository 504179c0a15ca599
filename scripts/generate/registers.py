"""Everything that follows from `rtl/cnr_regs.rdl`: register block, host's view, documentation.

python -m scripts.generate.registers    write the browsable HTML to build/registers/

The Python view is a table of its own: what peakrdl-python writes for this map is 55 files and
25,000 lines with a runtime for synchronous and asynchronous access, of which a host needs the
addresses and the fields.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from peakrdl_html import HTMLExporter  # type: ignore[import-untyped]
from peakrdl_regblock import RegblockExporter  # type: ignore[import-untyped]
from peakrdl_regblock.cpuif.apb4 import APB4_Cpuif_flattened  # type: ignore[import-untyped]
from peakrdl_regblock.udps import ALL_UDPS  # type: ignore[import-untyped]
from systemrdl.compiler import RDLCompiler
from systemrdl.messages import RDLCompileError
from systemrdl.node import AddressableNode, AddrmapNode, FieldNode, Node, RegNode
from systemrdl.rdltypes.builtin_enums import OnWriteType
from systemrdl.rdltypes.user_enum import UserEnum

from chips.errors import InputError

SOURCE = Path("rtl") / "cnr_regs.rdl"
MODULE = "cnr_regs_reg"
ADDRESS_BITS = 16  # what a SPI frame carries; all of them are decoded


@dataclass(frozen=True)
class RegisterEntry:
    """One register or array of registers of the map, with its path below the top."""

    path: str
    address: int
    count: int
    node: RegNode

    @property
    def span(self) -> str:
        """Its addresses for a reader."""
        last = self.address + 4 * (self.count - 1)
        return f"0x{self.address:03x}" + (f"..0x{last:03x}" if self.count > 1 else "")


def render_registers(root: Path) -> dict[Path, str]:
    """Every generated file of the register map with the text it should hold.

    Raises
    ------
    InputError
        The description is not valid SystemRDL.
    """
    top = _compile(root / SOURCE)
    entries = list(_entries(top, "", 0))
    return {
        **_render_block(root, top),
        root / "tb" / "host" / "regmap.py": _render_python(top, entries),
        root / "docs" / "registers.md": _render_markdown(top, entries),
    }


def export_html(root: Path, folder: Path) -> None:
    """Write the browsable documentation, a hundred files of it."""
    HTMLExporter(generate_source_links=False).export(_compile(root / SOURCE), str(folder))


def _compile(source: Path) -> AddrmapNode:
    compiler = RDLCompiler()
    for udp in ALL_UDPS:
        compiler.register_udp(udp)
    try:
        compiler.compile_file(str(source))
        return compiler.elaborate().top
    except RDLCompileError as error:
        raise InputError(f"{source}: {error}") from None


def _entries(node: Node, prefix: str, base: int) -> Iterator[RegisterEntry]:
    for child in node.children():
        if not isinstance(child, AddressableNode):
            continue
        path, address = f"{prefix}{child.inst_name}", base + child.raw_address_offset
        if isinstance(child, RegNode):
            yield RegisterEntry(path, address, child.n_elements, child)
        else:
            yield from _entries(child, f"{path}.", address)


def _render_block(root: Path, top: AddrmapNode) -> dict[Path, str]:
    with TemporaryDirectory() as folder:
        RegblockExporter().export(
            top,
            folder,
            cpuif_cls=APB4_Cpuif_flattened,
            module_name=MODULE,
            address_width=ADDRESS_BITS,
            default_reset_activelow=True,
            default_reset_async=True,
            err_if_bad_addr=True,
            err_if_bad_rw=True,
        )
        names = (f"{MODULE}_pkg.sv", f"{MODULE}.sv")
        return {root / "rtl" / "gen" / n: (Path(folder) / n).read_text() for n in names}


def _access(field: FieldNode) -> str:
    if field.get_property("onwrite") == OnWriteType.woclr:
        return "w1c"
    if field.get_property("onwrite") == OnWriteType.woset:
        return "w1s"
    return ("r" if field.is_sw_readable else "") + ("w" if field.is_sw_writable else "")


def _reset(field: FieldNode) -> int | None:
    """Value after reset; None where the chip drives it and there is no storage."""
    driven = field.is_hw_writable and not field.is_sw_writable
    return None if driven else int(str(field.get_property("reset")))


def _text(node: Node, name: str) -> str:
    return " ".join((node.get_property(name) or "").split())


def _enums(entries: Iterable[RegisterEntry]) -> list[type[UserEnum]]:
    found = (field.get_property("encode") for entry in entries for field in entry.node.fields())
    return list(dict.fromkeys(e for e in found if e is not None))


def _enum_name(enum: type[UserEnum]) -> str:
    return "".join(part.capitalize() for part in enum.type_name.removesuffix("_e").split("_"))


def _render_python(top: AddrmapNode, entries: list[RegisterEntry]) -> str:
    lines = [
        f'"""{_text(top, "name")}. Generated by scripts/gen.py from {SOURCE}. Do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        "from enum import IntEnum",
        "",
        "from tb.host.registers import Field, Register",
        "",
    ]
    for enum in sorted(_enums(entries), key=_enum_name):
        lines += ["", f"class {_enum_name(enum)}(IntEnum):"]
        lines += [f'    """Values of `{enum.type_name}`."""', ""]
        lines += [f"    {member.name.upper()} = {member.value}" for member in enum]
        lines += [""]
    lines += ["", "REGISTERS = {"]
    for entry in entries:
        lines += _python_entry(entry)
    return "\n".join([*lines, "}", ""])


def _python_entry(entry: RegisterEntry) -> list[str]:
    lines = [f'    "{entry.path}": Register(', f"        0x{entry.address:03X},", "        {"]
    for field in entry.node.fields():
        reset = _reset(field)
        value = reset if reset is None or reset < 16 else f"0x{reset:X}"
        arguments = f'{field.low}, {field.width}, "{_access(field)}", {value}'
        lines.append(f'            "{field.inst_name}": Field({arguments}),')
    return [*lines, "        },", f"        count={entry.count},", "    ),"]


def _render_markdown(top: AddrmapNode, entries: list[RegisterEntry]) -> str:
    lines = [
        "# Registers",
        "",
        f"Generated by `make gen` from `{SOURCE}`; do not edit. A browsable version:",
        "`python -m scripts.generate.registers`.",
        "",
        _text(top, "desc"),
        "",
        "Access: r read, w write, w1c write 1 to clear, w1s write 1 to set.",
        "Reset: `-` is driven by the chip.",
        "",
        "| address | register | bits | field | access | reset | |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in entries:
        lines += _markdown_rows(entry)
    for enum in sorted(_enums(entries), key=_enum_name):
        lines += ["", f"## `{enum.type_name}`", "", "| value | name | |", "|---|---|---|"]
        lines += [f"| {m.value} | `{m.name}` | {m.rdl_desc or ''} |" for m in enum]
    return "\n".join([*lines, ""])


def _markdown_rows(entry: RegisterEntry) -> Iterator[str]:
    about = ". ".join(filter(None, (_name(entry.node), _text(entry.node, "desc"))))
    name = f"`{entry.path}`" + (f" x{entry.count}" if entry.count > 1 else "")
    yield f"| {entry.span} | {name} | | | | | {about} |"
    for field in entry.node.fields():
        bits = f"{field.high}:{field.low}" if field.width > 1 else str(field.low)
        reset = _reset(field)
        value = "-" if reset is None else f"{reset:#x}" if reset > 9 else str(reset)
        about = _text(field, "desc")
        yield f"| | | {bits} | `{field.inst_name}` | {_access(field)} | {value} | {about} |"


def _name(node: RegNode) -> str:
    """The name that the description gives, not the instance name that stands in for it."""
    name = _text(node, "name")
    return "" if name.startswith(node.inst_name) else name


if __name__ == "__main__":
    project = Path(__file__).resolve().parent.parent.parent
    export_html(project, project / "build" / "registers")
    print("wrote build/registers/index.html")
    sys.exit(0)
