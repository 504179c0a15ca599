"""Functional coverage: the plan, what samples it, and the monitors that watch the design."""
