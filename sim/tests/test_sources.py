"""The order of the files that Verilator reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from chips.errors import InputError
from sim import sources
from sim.sources import design_sources


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two modules, of which one has a bound checker."""
    for name in (
        "rtl/gen/mini/cnr_chip_pkg.sv",
        "rtl/cnr_pkg.sv",
        "rtl/cnr_a.sv",
        "rtl/cnr_b.sv",
        "tb/checkers/cnr_a_chk.sv",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    monkeypatch.setattr(sources, "CHECKERS", tmp_path / "tb" / "checkers")
    return tmp_path


def names(entries: tuple[str, ...]) -> list[str]:
    return [file.name for file in design_sources(entries, "mini")]


def test_packages_come_first_and_checkers_last(root: Path) -> None:
    expected = ["cnr_chip_pkg.sv", "cnr_pkg.sv", "cnr_a.sv", "cnr_b.sv", "cnr_a_chk.sv"]
    assert names(("rtl/cnr_a.sv", "rtl/cnr_b.sv")) == expected


def test_a_checker_may_be_a_list_of_files(root: Path) -> None:
    (root / "tb/shared.sv").touch()
    (root / "tb/checkers/cnr_b_chk.f").write_text("tb/shared.sv\n")
    files = names(("rtl/cnr_b.sv",))
    assert files == ["cnr_chip_pkg.sv", "cnr_pkg.sv", "cnr_b.sv", "shared.sv"]


def test_a_list_is_expanded_and_no_file_comes_twice(root: Path) -> None:
    (root / "all.f").write_text("// blocks\nrtl/cnr_b.sv  // the second\n\nrtl/cnr_a.sv\n")
    files = names(("all.f", "rtl/cnr_a.sv", "rtl/gen/{chip}/cnr_chip_pkg.sv"))
    assert files == ["cnr_chip_pkg.sv", "cnr_pkg.sv", "cnr_b.sv", "cnr_a.sv", "cnr_a_chk.sv"]


def test_a_missing_file_is_named(root: Path) -> None:
    with pytest.raises(InputError, match=r"rtl/cnr_c\.sv does not exist"):
        names(("rtl/cnr_c.sv",))


def test_an_unknown_chip_is_named_with_those_allowed(root: Path) -> None:
    with pytest.raises(InputError, match="CHIP=maxi: unknown chip; allowed: mini"):
        design_sources((), "maxi")
