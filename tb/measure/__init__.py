"""Closed loops of the chip and the cell models, measured as one measures silicon."""
