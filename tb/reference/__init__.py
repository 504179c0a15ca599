"""Golden models, independent of the analog model."""
