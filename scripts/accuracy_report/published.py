"""Accuracies on CIFAR-10 that A. G. Amer et al., 2024, print in their comparison table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A column of the table; None and "-": not printed. bits: of a weight / of an activation."""

    name: str
    percent: float | None
    network: str
    bits: str
    computing: str
    differs: str


PUBLISHED = (
    Published(
        "Amer 2024, table",
        84.0,
        "6 layers",
        "5 / analog",
        "analog, near memory",
        "the same network; estimated, their weights are not public",
    ),
    Published(
        "Amer 2024, model",
        83.0,
        "6 layers",
        "5 / analog",
        "analog, near memory",
        "the same, another page of the same paper; with or without noise is not said",
    ),
    Published(
        "JSSC'18, Bankman",
        86.0,
        "9 layers",
        "1 / 1",
        "mixed-signal",
        "measured; binary, but four times the memory (328 kB)",
    ),
    Published(
        "TrueNorth, Sawada 2016",
        83.41,
        "CNN",
        "1.6 / 1",
        "neuromorphic",
        "1.6 bits are ternary weights; layers are not printed",
    ),
    Published(
        "BinarEye, Moons 2018",
        82.0,
        "9 layers",
        "1 / 1",
        "digital",
        "measured; binary, no analog error at all",
    ),
    Published(
        "FINN, Umuroglu 2017",
        80.0,
        "9 layers",
        "1 / 1",
        "digital, FPGA",
        "binary, no analog error at all",
    ),
    Published(
        "JSSC'21, Li",
        None,
        "CNN",
        "1.5 / -",
        "digital",
        "on AlexNet; no accuracy on CIFAR-10 is printed",
    ),
)
