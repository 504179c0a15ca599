"""Benchmarks that need more than a few lines; `scripts/bench.py` runs them."""
