"""The Monte Carlo behind `scripts/sweep.py`: axes, definition, tasks, results, report, plot."""
