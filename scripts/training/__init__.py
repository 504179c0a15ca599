"""Quantization- and noise-aware training of a chip's network (PyTorch)."""
