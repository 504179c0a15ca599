"""Random lives of a whole chip: one seed, one scenario."""
