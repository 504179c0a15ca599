"""The chip description: sizes of the source, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from chips import InputError, load_chip
from chips.description import CHIPS, read_chip


def edited(folder: Path, old: str, new: str) -> Path:
    """A copy of the default description with one text replaced."""
    text = (CHIPS / "cifar10" / "chip.toml").read_text()
    assert old in text
    path = folder / "chip.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_sizes_are_those_of_the_source() -> None:
    chip = load_chip("cifar10")
    assert chip.cells == 653_410
    assert chip.words == 16_384
    assert sum(g.filters for g in chip.geometry) == 314
    assert sum(g.macs for g in chip.geometry) == 4_014_794
    assert [g.rows for g in chip.geometry] == [27, 144, 288, 576, 513, 65]


def test_no_bank_draws_more_than_the_peak_current() -> None:
    chip = load_chip("cifar10")
    reader = chip.reader
    worst_a = reader.vdd_v / (reader.r_lrs_min_ohm + reader.r_ref_ohm)
    for g in chip.geometry:
        assert g.words_per_bank * chip.word_cells * worst_a <= reader.peak_current_a
        assert g.banks * g.words_per_bank >= g.words


def test_hashes_tell_chips_apart() -> None:
    assert load_chip("cifar10").geometry_hash != load_chip("mini").geometry_hash


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("v_fs_v = 1.0", "v_fs_v = 1.0\nv_sf_v = 1.0", "unknown key 'v_sf_v'"),
        ("v_fs_v = 1.0 ", "", "missing key 'v_fs_v'"),
        ("lanes = 8 ", 'lanes = "8" ', "lanes: expected int, found '8'"),
        ("lanes = 8 ", "lanes = 0 ", "lanes must be 1..64"),
        ('interlayer = "analog"', 'interlayer = "optical"', "allowed: analog, adc"),
        ('interlayer = "analog"', 'interlayer = "adc"', "interlayer_bits 0 must be in 1..12"),
        (
            'interlayer = "analog"',
            'interlayer = "analog"\ninterlayer_bits = 5',
            "interlayer_bits 5 must be in 0..0",
        ),
        ("triode_overdrive_v = 10.0", "triode_overdrive_v = 0.9", "must be at least v_fs_v = 1.0"),
        ("isense_offset_na = 2.5", "isense_offset_na = -1.0", "isense_offset_na must not be"),
        ("settle_tau_ns = 4.0", "settle_tau_ns = 0.0", "settle_tau_ns 0.0 must be above 0"),
        ('kind = "conv"', 'kind = "pool"', "allowed: conv, fc"),
        ("kernel = 3", "kernel = -1", "layers: kernel -1 must be odd (same padding) and above 0"),
        ("pool = 2", "pool = 0", "layers: pool 0 must be at least 1"),
        ("\nnoise_rms_percent = 2.3", "\nnoise_rms_percent = -2.3", "noise_rms_percent -2.3 must"),
        ("g_lsb_us = 0.05", "g_lsb_us = nan", "mac: g_lsb_us: nan must be finite"),
        ("r_ref_ohm = 4472.0", "r_ref_ohm = inf", "reader: r_ref_ohm: inf must be finite"),
        ("classes = 10", "classes = 9", "one filter per class"),
        ("layer_period_cycles = 50", "layer_period_cycles = 47", "47 cycles must be below"),
        ("gap_cycles = 1\npulse", "gap_cycles = 2\npulse", "take 9 cycles, must be at most the 8"),
        (
            "setup_cycles = 1 ",
            "setup_cycles = 4 ",
            "4 must be below sample_cycles = 4",
        ),
        (
            "bias_warmup_cycles = 10",
            "bias_warmup_cycles = 51",
            "51 must be at most",
        ),
        ("setup_cycles = 4", "setup_cycles = -3", "setup_cycles -3 must be above 0"),
        ("dac_step_mv = 10", "dac_step_mv = 0", "dac_step_mv 0 must be above 0"),
        ("clk_period_ns = 20", "clk_period_ns = 0", "clk_period_ns 0 must be even and in"),
        ("max_pulses_total = 160", "max_pulses_total = 4096", "allowed are 1..4095"),
        ("max_reversals = 6", "max_reversals = 16", "allowed are 1..15"),
        ("hv_on_max_cycles = 1100", "hv_on_max_cycles = 1000", "must be below hv_on_max_cycles"),
        ("wl_stop_mv = 2000", "wl_stop_mv = 2100", "wl_stop_mv = 2100 is above its ceiling 2000"),
        ("c_f0_ff = 100.0", "c_f0_ff = 0.0", "c_f0_ff 0.0 must be above 0"),
        ("retention_us = 1500", "retention_us = 700", "a sweep of 228 us take longer than"),
        ("peak_current_a = 1.0", "peak_current_a = 0.001", "below the draw of one word"),
        ("wl_step_mv = 100", "wl_step_mv = 0", "step must be above 0"),
        ("wl_start_mv = 1400", "wl_start_mv = 2100", "must be in 1..stop"),
        ('nesting = "width,line,wl"', 'nesting = "wl"', "allowed: width,line,wl"),
        ("[clock]", "[clock", "not a TOML file"),
    ],
)
def test_a_bad_description_is_refused_by_name(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = edited(tmp_path, old, new)
    with pytest.raises(InputError) as caught:
        read_chip(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_an_unknown_chip_lists_the_known() -> None:
    with pytest.raises(InputError, match="'cifar11' is unknown; allowed: cifar10, mini"):
        load_chip("cifar11")
