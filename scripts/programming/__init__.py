"""The programming report behind `scripts/program.py`: inputs, stuck cells, analysis, report."""
