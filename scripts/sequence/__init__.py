"""Checking a controller that is not ours: pin map, generated bench, recorded waves, report."""
