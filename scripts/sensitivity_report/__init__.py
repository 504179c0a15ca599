"""The sweeps of the documentation, behind `scripts/sensitivity.py`: which there are, their page."""
