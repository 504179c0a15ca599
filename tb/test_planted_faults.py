"""Faults planted in the control show at the chip's outputs, without any checker looking.

Each fault is a change of the RTL text; all of them are in one build, and an argument of the
simulator chooses one or none. The benches of the blocks and the bound checkers find these faults
too; here the checkers are left out, so that what turns red is the analog result: the model does
what the pins do.
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


CHOICE = """// Which planted fault the simulator was asked for.
package cnr_fault_pkg;
  function automatic int asked_for();
    int number;
    if ($value$plusargs("cnr_fault=%d", number) == 0) number = 0;
    return number;
  endfunction

  int chosen = asked_for();
endpackage
"""


@dataclass(frozen=True)
class Fault:
    """Changes of one file, the test of the chip bench that must turn red, and what it must say.

    `FAULT` in a change is true when this fault is chosen.
    """

    name: str
    file: str
    changes: Mapping[str, str]
    test: str
    says: str


FAULTS = (
    Fault(
        "the_integrator_reset_is_cut",
        "rtl/cnr_layer_seq.sv",
        {"int_rst_q <= (state_d == StReset)": "int_rst_q <= (state_d == StReset && !FAULT)"},
        "an_image_becomes_its_golden_label",
        "of full scale",
    ),
    Fault(
        "integrate_and_sample_are_swapped",
        "rtl/cnr_layer_seq.sv",
        {
            "int_en_q  <= integrate_d;": (
                "int_en_q <= FAULT ? {NumLayers{state_d == StSample}} & computing_d : integrate_d;"
            ),
            "sample_q  <= (state_d == StSample)": (
                "sample_q <= (state_d == (FAULT ? StIntegrate : StSample))"
            ),
        },
        "an_image_becomes_its_golden_label",
        "of full scale",
    ),
    Fault(
        "the_bias_of_a_layer_comes_too_late",
        "rtl/cnr_layer_seq.sv",
        {
            "bias_q    <= bias_d;": (
                "bias_q <= (FAULT && state_q inside {StIdle, StReset, StSettle}) ? '0 : bias_d;"
            )
        },
        "pipelined_images_become_their_golden_labels/power_gate=True",
        "of full scale",
    ),
    Fault(
        "the_discharge_is_skipped",
        "rtl/cnr_pulse.sv",
        {"bleed_en_q <= safe_d;": "bleed_en_q <= safe_d && !FAULT;"},
        "counters_account_for_every_cell",
        "== 1280",
    ),
    Fault(
        "a_cell_is_accepted_without_verify",
        "rtl/cnr_verify.sv",
        {
            "open_d    = open_q & ~(once_q & ~out);": (
                "open_d = !FAULT ? open_q & ~(once_q & ~out) : kind_q == KindSense ? open_q : '0;"
            )
        },
        "an_image_becomes_its_golden_label",
        "== 0",
    ),
    Fault(
        "no_refresh_comes_and_nobody_notices",
        "rtl/cnr_read_seq.sv",
        {
            "(refresh_en_i && valid_q && interval_q == '0)": (
                "(refresh_en_i && valid_q && interval_q == '0 && !FAULT)"
            ),
            "valid_q && hold_q <= HoldW'(1)": "valid_q && hold_q <= HoldW'(1) && !FAULT",
        },
        "refresh_keeps_the_weights_for_long",
        "of full scale",
    ),
    Fault(
        "a_refresh_hits_a_layer_that_integrates",
        "rtl/cnr_read_seq.sv",
        {"= layer_quiet_i[layer_of(bank_next)];": "= FAULT || layer_quiet_i[layer_of(bank_next)];"},
        "refresh_sweeps_disturb_no_image_of_a_continuous_stream",
        "of full scale",
    ),
)


def changed_files() -> dict[str, str]:
    """Text of each changed file, by its name in the list of the RTL."""
    texts: dict[str, str] = {}
    for number, fault in enumerate(FAULTS, 1):
        text = texts.get(fault.file) or (ROOT / fault.file).read_text()
        for old, new in fault.changes.items():
            assert text.count(old) == 1, f"{fault.file} must hold once: {old}"
            text = text.replace(old, new.replace("FAULT", f"(cnr_fault_pkg::chosen == {number})"))
        texts[fault.file] = text
    return texts


def write_if_new(path: Path, text: str) -> str:
    """Write a file of the build unless it is there already; its name."""
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(path)


@pytest.fixture(scope="module")
def planted() -> Bench:
    """The chip bench with every fault in its RTL and without checkers."""
    listed = (ROOT / "sim" / "rtl.f").read_text()
    for file, text in changed_files().items():
        listed = listed.replace(file, write_if_new(FILES / Path(file).name, text))
    choice = write_if_new(FILES / "cnr_fault_pkg.sv", CHOICE)
    rtl = write_if_new(FILES / "rtl.f", f"{choice}\n{listed}")
    sources = tuple(rtl if s == "sim/rtl.f" else s for s in BENCHES["chip"].sources)
    return replace(BENCHES["chip"], name="chip-planted", sources=sources, checkers=False)


def run(bench: Bench, test: str, seed: int, number: int = 0) -> Path:
    """Run a test with one fault chosen, or none."""
    plusargs = (f"+cnr_fault={number}",)
    case = FAULTS[number - 1].name if number else test
    repeat = f"make test TEST='planted_faults.*{case}' SEED={seed}"
    return run_bench(bench, chip=CHIP, test=test, seed=seed, plusargs=plusargs, repeat=repeat)


@pytest.mark.parametrize("test", sorted({fault.test for fault in FAULTS}))
def test_without_a_fault_the_unchecked_chip_passes(planted: Bench, test: str, seed: int) -> None:
    assert run(planted, test, seed).is_file()


@pytest.mark.parametrize("number", range(1, len(FAULTS) + 1), ids=[f.name for f in FAULTS])
def test_a_fault_shows_in_the_analog_result(planted: Bench, number: int, seed: int) -> None:
    fault = FAULTS[number - 1]
    with pytest.raises(SimulationError) as caught:
        run(planted, fault.test, seed, number)
    assert fault.says in str(caught.value)
