"""The analog circuits as netlists, and their simulation beside the model."""
