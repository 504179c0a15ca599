"""The random regression behind `scripts/regress.py`: seeds, lives, workers, report."""
