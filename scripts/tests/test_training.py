"""What the training of the chip's network adds on the way; needs PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chips import InputError, load_chip
from chips.images import embedded_images, load_images

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from scripts.training.data import SHIFT, Augmenter, Images  # noqa: E402
from scripts.training.loop import Recipe, Trainer, accuracy, judged_views  # noqa: E402
from scripts.training.network import Parameters  # noqa: E402
from scripts.training.noise import CellErrors, NoiseBank, stage_noise  # noqa: E402
from scripts.training.teacher import TeacherRecipe, TeacherTrainer  # noqa: E402
from scripts.training.views import Views  # noqa: E402


@pytest.fixture(scope="module")
def images() -> Images:
    chip = load_chip("cifar10")
    found = load_images(embedded_images(chip), chip)
    pixels = torch.from_numpy(found.pixels.reshape(-1, *chip.geometry[0].in_shape).copy())
    return Images(pixels, torch.from_numpy(found.labels.astype("int64")))


def generator(seed: int = 1) -> Any:
    return torch.Generator().manual_seed(seed)


def test_a_stuck_cell_turns_one_bit_of_a_code() -> None:
    codes = torch.arange(-15.0, 16.0).repeat(2000)
    errors = CellErrors(load_chip("cifar10"), generator(), stuck=0.002)
    wrong = codes.clone()
    errors._stick(wrong)
    changed = wrong != codes
    assert int(changed.sum()) == pytest.approx(len(codes) * 5 * 0.002, rel=0.1)
    assert wrong.abs().max() <= 15
    was, now = codes[changed].int(), wrong[changed].int()
    turned = was.abs() ^ now.abs()
    one_bit = ((turned & (turned - 1)) == 0) & (turned > 0)
    assert bool((one_bit | (was == -now)).all())


def test_mismatch_is_relative_and_passes_gradients() -> None:
    chip = load_chip("cifar10")
    codes = torch.full((100_000,), 10.0, requires_grad=True)
    wrong = CellErrors(chip, generator(), stuck=0.0).apply(codes)
    assert float((wrong.detach() / 10 - 1).std()) == pytest.approx(0.01, rel=0.02)
    wrong.sum().backward()
    assert codes.grad is not None
    assert bool((codes.grad == 1).all())


def test_offsets_of_the_comparators_count_as_noise_of_the_outputs() -> None:
    chip = load_chip("cifar10")
    last = stage_noise(chip)[-1][1]
    assert last == pytest.approx(((2 * 0.047) ** 2 + 0.002**2 / 2) ** 0.5)


def test_given_crops_are_those_of_the_drawn() -> None:
    pixels = torch.randint(0, 256, (20, 3, 32, 32), dtype=torch.uint8, generator=generator())
    augmenter, index = Augmenter(pixels), torch.arange(20)
    places = Augmenter.draw(20, generator(7))
    assert torch.equal(augmenter.batch(index, generator(7)), augmenter.at(index, *places))
    centre = torch.full((20,), SHIFT)
    plain = augmenter.at(index, centre, centre, torch.zeros(20, dtype=torch.bool))
    assert torch.equal(plain, pixels.float() / 255)


def test_a_teacher_goes_on_where_it_stopped(images: Images, tmp_path: Path) -> None:
    recipe = TeacherRecipe(1, 2, batch=64)
    whole = TeacherTrainer(recipe, images, 10, tmp_path / "whole.pt").run(images)
    part = TeacherTrainer(recipe, images, 10, tmp_path / "part.pt")
    part._train_epoch()
    part._epoch = 1
    part._save()
    again = TeacherTrainer(recipe, images, 10, tmp_path / "part.pt").run(images)
    pairs = zip(whole.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    with pytest.raises(InputError, match="made with"):
        TeacherTrainer(TeacherRecipe(2, 2), images, 10, tmp_path / "part.pt")


def test_views_are_kept_and_those_of_others_refused(images: Images, tmp_path: Path) -> None:
    teacher = TeacherTrainer(TeacherRecipe(1, 0), images, 10, tmp_path / "t.pt").run(images)
    views = Views.ask(images, teacher, 1, 3, tmp_path / "views.pt")
    inputs, opinions = views.batch(torch.arange(5), 2)
    assert opinions.sum(1) == pytest.approx([1] * 5, abs=1e-2)
    assert not torch.equal(inputs, views.batch(torch.arange(5), 1)[0])
    again = Views.ask(images, teacher, 1, 3, tmp_path / "views.pt")
    assert torch.equal(again.batch(torch.arange(5), 2)[1], opinions)
    with pytest.raises(InputError, match="must be 4 views"):
        Views.ask(images, teacher, 1, 4, tmp_path / "views.pt")


def test_a_training_repeats_exactly_and_writes_weights(images: Images, tmp_path: Path) -> None:
    chip = load_chip("cifar10")
    images = Images(*(torch.cat([part, part]) for part in images))
    recipe = Recipe("cifar10", 1, 1, 1, batch=64, views=2, teacher_epochs=1)
    for name in ("one", "two"):
        checkpoint = tmp_path / f"{name}.pt"
        views = judged_views(chip, recipe, images, images, checkpoint)
        Trainer(chip, recipe, images, images, views, checkpoint).run(tmp_path / f"{name}.npz")
    one, two = ((tmp_path / f"{name}.npz").read_bytes() for name in ("one", "two"))
    assert one == two
    parameters = Parameters.start(chip, images.pixels.float() / 255)
    assert 0 <= accuracy(chip, parameters.to_weights(), images, 1) <= 1
    assert NoiseBank(chip, generator()).add(5, torch.zeros(1000, 10)).std() > 0.08
