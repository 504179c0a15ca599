"""Generators behind `scripts/gen.py`."""
