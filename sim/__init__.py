"""Building and running the benches."""
