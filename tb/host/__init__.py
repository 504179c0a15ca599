"""What the software of a host does with the chip."""
