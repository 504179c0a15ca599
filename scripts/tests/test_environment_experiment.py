"""What heat, time and dose leave of the accuracy."""

from __future__ import annotations

import pytest

from chips import load_chip
from scripts.experiments.environment import environments, longest_hold_s, rows
from scripts.experiments.images import first_images


def test_nodes_that_leak_too_fast_lose_their_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    chip = load_chip("mini")
    found = {
        (r.temperature_k, r.age_s, r.dose_krad, r.held_us > 0): r
        for r in rows(first_images(chip, 8), chip)
    }
    assert len(found) == 2 * len(list(environments()))
    assert found[300.0, 0.0, 0.0, True].wrong_cells == 0
    assert found[398.0, 0.0, 0.0, False].wrong_cells == 0
    assert found[398.0, 0.0, 0.0, True].wrong_cells > 0
    assert found[300.0, 0.0, 500.0, True].wrong_cells == 0  # it refreshes often enough


def test_a_node_is_oldest_at_the_end_of_a_refresh_under_load() -> None:
    chip = load_chip("cifar10")
    assert longest_hold_s(chip) == pytest.approx((500 + 228) * 1e-6)
