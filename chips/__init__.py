"""Chip descriptions, weight files and image files: what every other package reads."""

from chips.description import Chip, chip_names, load_chip
from chips.errors import InputError

__all__ = ["Chip", "InputError", "chip_names", "load_chip"]
