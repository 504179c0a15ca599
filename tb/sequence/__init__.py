"""The sequence checker: rules A1-A20 at the pins of the macro, and what it said of a run."""
