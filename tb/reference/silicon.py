"""What was published about silicon, for comparison with closed loops on the cell models."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """A published range; `fitted` says that the parameter set was made to give it."""

    low: float
    high: float
    fitted: bool = False


# RADAR, IEEE TED 2021, doi 10.1109/TED.2021.3097975, and its public data: two bits per cell, plain
# incremental-step write-verify.
RADAR = {
    "within 5 pulses": Figure(0.24, 0.29, fitted=True),
    "within 10 pulses": Figure(0.47, 0.57, fitted=True),
    "within 20 pulses": Figure(0.68, 0.74, fitted=True),
    "within 30 pulses": Figure(0.77, 0.83),
    "within 60 pulses": Figure(0.88, 0.93),
    "within 100 pulses": Figure(0.94, 0.97),
    "highest level within 100": Figure(0.86, 0.91, fitted=True),
    "mean pulses": Figure(18, 25),
    "median pulses": Figure(8, 12),
    "FORM bit line, V": Figure(3.1, 3.1, fitted=True),
    "FORM below 3.6 V": Figure(0.99, 0.99, fitted=True),
    "kohm after FORM": Figure(7.2, 7.8, fitted=True),
    "10 mV steps: mean pulses": Figure(44, 44),
    "10 mV steps: success": Figure(0.984, 0.984),
    "150 mV steps: mean pulses": Figure(25, 25),
    "150 mV steps: success": Figure(0.956, 0.956),
    "bit errors after 5,000 cycles": Figure(0.10, 0.10, fitted=True),
}

# SkyWater sky130_fd_pr_reram, 1T1R and 1T4R; drop-outs: E. Perez et al., IEEE JEDS 7, 740, 2019.
SKY130 = {
    "FORM in the 7 x 6 grid": Figure(0.9273, 0.9273, fitted=True),
    "30-120 uS after FORM": Figure(0.99, 1.0, fitted=True),
    "SET, one pulse": Figure(0.9745, 1.0, fitted=True),
    "RESET, one pulse": Figure(0.9083, 0.9125, fitted=True),
    "RESET, ramped to 3.0/3.0 V": Figure(0.9941, 0.9941, fitted=True),
    "RESET cells that drop out": Figure(0.01, 0.05, fitted=True),
    "SET cells that drop out": Figure(0.0, 0.01, fitted=True),
}
