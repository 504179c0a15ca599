"""How well the weights of a chip classify, behind `scripts/accuracy.py`: runs, report, page."""
