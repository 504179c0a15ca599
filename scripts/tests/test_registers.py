from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from chips.errors import InputError
from scripts.generate.registers import export_html, render_registers
from tb.host.regmap import REGISTERS, ProgErr, ProgOp

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("enum", "prefix"), [(ProgOp, "Op"), (ProgErr, "Err")])
def test_codes_of_the_registers_are_those_of_the_rtl(enum: type[IntEnum], prefix: str) -> None:
    package = (ROOT / "rtl" / "cnr_pkg.sv").read_text()
    rtl = dict(re.findall(rf"\b{prefix}([A-Z]\w*) *= 4'd(\d+)", package))
    assert {
        name.replace("_", "").lower(): str(int(code)) for name, code in enum.__members__.items()
    } == {name.lower(): code for name, code in rtl.items()}


def test_every_event_has_its_mask() -> None:
    events, masks = REGISTERS["cause"].fields, REGISTERS["irq_mask"].fields
    assert {n: (f.lsb, f.width) for n, f in events.items()} == {
        n: (f.lsb, f.width) for n, f in masks.items()
    }


def test_generated_text_is_the_same_every_time() -> None:
    assert render_registers(ROOT) == render_registers(ROOT)


def test_the_html_has_a_page_to_start_from(tmp_path: Path) -> None:
    export_html(ROOT, tmp_path)
    assert (tmp_path / "index.html").is_file()


def test_a_broken_description_is_named(tmp_path: Path) -> None:
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "cnr_regs.rdl").write_text("addrmap broken {")
    with pytest.raises(InputError, match=r"cnr_regs\.rdl"):
        render_registers(tmp_path)


def test_a_value_that_does_not_fit_its_field_is_refused() -> None:
    with pytest.raises(ValueError, match="1024 does not fit 10 bits"):
        REGISTERS["verify_window"].encode(lo=1024)
    assert REGISTERS["cmp_trim"].encode(trim=-1) == 0xFF
    with pytest.raises(IndexError, match=r"allowed are 0\.\.15"):
        REGISTERS["cmp_trim"].at(16)
