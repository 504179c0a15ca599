"""The accuracy that published devices cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chips import InputError, load_chip
from scripts.experiments.device_loss import OLD_S, main, rows
from scripts.experiments.images import first_images


def test_the_order_of_the_loss_is_that_of_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    found = {(r.device, r.age_s): r for r in rows(first_images(load_chip("cifar10"), 128), 2)}
    loss = {key: row.loss_percent for key, row in found.items()}
    assert loss["TaOx, 2 % assumed", 1.0] < loss["TaOx, 10 % assumed", 1.0]
    assert loss["PCM", OLD_S] == max(loss.values())
    assert loss["SONOS", OLD_S] < loss["PCM", OLD_S]
    for row in found.values():
        assert (row.images, row.dies) == (128, 2)
        assert row.accuracy_percent + row.loss_percent == pytest.approx(100)


def test_real_images_come_from_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chip = load_chip("cifar10")
    np.full(2 * (chip.image_bytes + 1), 3, np.uint8).tofile(tmp_path / "test_batch.bin")
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    assert len(first_images(chip, 5)) == 2
    assert (first_images(chip, 1).labels == 3).all()


def test_the_table_has_a_line_for_every_device(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    assert main(["--images", "2", "--dies", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("device\tsource\tage_s\timages")
    assert len(lines) == 11
    with pytest.raises(InputError, match="--dies=0: allowed are 1 and more"):
        main(["--dies", "0"])
