"""Checkpoints: written whole or not at all, and read back by the recipe that made them alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from chips import InputError


def save(path: Path, recipe: Mapping[str, object], state: Mapping[str, object]) -> None:
    """Write the state of a training."""
    partial = path.with_name(path.name + ".partial")
    torch.save({"recipe": dict(recipe), **state}, partial)
    partial.replace(path)


def load(path: Path, recipe: Mapping[str, object]) -> dict[str, Any]:
    """Read the state of a training back.

    Raises
    ------
    InputError
        Not a checkpoint, or one of another recipe.
    """
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        made_with = state["recipe"]
    except Exception as error:  # torch.load has no common base for what a damaged file raises
        raise InputError(f"{path}: not a checkpoint: {error}") from None
    for key, value in recipe.items():
        if made_with.get(key) != value:
            raise InputError(f"{path}: made with {key} = {made_with.get(key)}, not {value}")
    return state
