"""Faults planted in the control show at the chip's outputs, without any checker looking.

Each fault is a change of the RTL text. The benches of the blocks and the bound checkers find these
faults too; here the checkers are left out, so that what turns red is the analog result: the model
does what the pins do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sim.benches import BENCHES, Bench
from sim.build import SimulationError
from sim.runner import run_bench
from sim.sources import ROOT

CHIP = "mini"
FILES = ROOT / "build" / "faults"


@dataclass(frozen=True)
class Fault:
    """A changed file, the test of the chip bench that must turn red, and what it must say."""

    name: str
    file: str
    changes: Mapping[str, str]
    test: str
    says: str


FAULTS = (
    Fault(
        "the_integrator_reset_is_cut",
        "rtl/cnr_layer_seq.sv",
        {"int_rst_q <= (state_d == StReset) ? computing_d : '0;": "int_rst_q <= '0;"},
        "an_image_becomes_its_golden_label",
        "of full scale",
    ),
    Fault(
        "integrate_and_sample_are_swapped",
        "rtl/cnr_layer_seq.sv",
        {
            "int_en_q  <= integrate_d;": "int_en_q  <= (state_d == StSample) ? computing_d : '0;",
            "sample_q  <= (state_d == StSample)": "sample_q  <= (state_d == StIntegrate)",
        },
        "an_image_becomes_its_golden_label",
        "of full scale",
    ),
    Fault(
        "the_discharge_is_skipped",
        "rtl/cnr_pulse.sv",
        {"bleed_en_q <= safe_d;": "bleed_en_q <= 1'b0;"},
        "counters_account_for_every_cell",
        "== 1280",
    ),
    Fault(
        "a_cell_is_accepted_without_verify",
        "rtl/cnr_verify.sv",
        {"open_d    = open_q & ~(once_q & ~out);": "open_d = kind_q == KindSense ? open_q : '0;"},
        "an_image_becomes_its_golden_label",
        "== 0",
    ),
    Fault(
        "no_refresh_comes_and_nobody_notices",
        "rtl/cnr_read_seq.sv",
        {
            "(refresh_en_i && valid_q && interval_q == '0)": "1'b0",
            "valid_q && hold_q <= HoldW'(1)": "1'b0",
        },
        "refresh_keeps_the_weights_for_long",
        "of full scale",
    ),
    Fault(
        "a_refresh_hits_a_layer_that_integrates",
        "rtl/cnr_read_seq.sv",
        {"= layer_quiet_i[layer_of(bank_next)];": "= 1'b1;"},
        "refresh_sweeps_disturb_no_image_of_a_continuous_stream",
        "of full scale",
    ),
)


def without_checkers() -> Bench:
    """The chip bench as it is, but for the checkers."""
    return replace(BENCHES["chip"], name="chip-unchecked", checkers=False)


def planted(fault: Fault) -> Bench:
    """The unchecked chip bench with the fault in its RTL."""
    folder = FILES / fault.name
    folder.mkdir(parents=True, exist_ok=True)
    changed = folder / Path(fault.file).name
    text = (ROOT / fault.file).read_text()
    for old, new in fault.changes.items():
        assert text.count(old) == 1, f"{fault.file} must hold once: {old}"
        text = text.replace(old, new)
    changed.write_text(text)
    listed = (ROOT / "sim" / "rtl.f").read_text().replace(fault.file, str(changed))
    (folder / "rtl.f").write_text(listed)
    sources = [str(folder / "rtl.f") if s == "sim/rtl.f" else s for s in BENCHES["chip"].sources]
    extra = ("-Wno-UNUSEDSIGNAL", "-Wno-UNUSEDPARAM")  # what the fault leaves behind
    return replace(
        without_checkers(),
        name=f"chip-{fault.name}",
        sources=tuple(sources),
        verilator_args=extra,
    )


@pytest.mark.parametrize("test", sorted({fault.test for fault in FAULTS}))
def test_without_a_fault_the_unchecked_chip_passes(test: str, seed: int) -> None:
    results = run_bench(without_checkers(), chip=CHIP, test=test, seed=seed)
    assert results.is_file()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_shows_in_the_analog_result(fault: Fault, seed: int) -> None:
    with pytest.raises(SimulationError) as caught:
        run_bench(planted(fault), chip=CHIP, test=fault.test, seed=seed)
    assert fault.says in str(caught.value)
