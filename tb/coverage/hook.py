"""Attaches the monitors to the blocks of a bench; the clock of a bench calls it when it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

from tb.coverage.compute import FrameMonitor, ImageMonitor, ReadMonitor
from tb.coverage.host import BusMonitor, SpiMonitor, SupplyMonitor
from tb.coverage.monitor import Monitor
from tb.coverage.programming import OperationMonitor
from tb.coverage.sampler import write_at_the_end
from tb.coverage.stops import StopMonitor
from tb.coverage.words import FailLogMonitor, WordMonitor

MONITORS: Mapping[str, tuple[Callable[[Any], Monitor], ...]] = {
    "cnr_programmer": (OperationMonitor, StopMonitor, WordMonitor, FailLogMonitor),
    "cnr_inference": (ImageMonitor,),
    "cnr_image_load": (FrameMonitor,),
    "cnr_read_seq": (ReadMonitor,),
    "cnr_regs": (BusMonitor,),
    "cnr_core": (SupplyMonitor,),
    "cnr_spi": (SpiMonitor,),
}
INFERENCE = {"cnr_inference": "", "cnr_image_load": "u_image_load"}
CORE = {
    "cnr_core": "",
    "cnr_programmer": "u_programmer",
    "cnr_inference": "u_inference",
    "cnr_image_load": "u_inference.u_image_load",
    "cnr_read_seq": "u_read_seq",
    "cnr_regs": "u_regs",
}


def _within(path: str, places: Mapping[str, str]) -> dict[str, str]:
    return {name: f"{path}.{inner}" if inner else path for name, inner in places.items()}


# Where the blocks are below each top module.
PLACES: Mapping[str, Mapping[str, str]] = {
    "cnr_programmer_tb": {"cnr_programmer": "dut"},
    "cnr_inference": INFERENCE,
    "cnr_compute_tb": {**_within("u_inference", INFERENCE), "cnr_read_seq": "u_read_seq"},
    "cnr_read_seq": {"cnr_read_seq": ""},
    "cnr_regs": {"cnr_regs": ""},
    "cnr_spi": {"cnr_spi": ""},
    "cnr_core": CORE,
    "cnr_chip_tb": {**_within("u_chip.u_core", CORE), "cnr_spi": "u_chip.u_spi"},
}


def attach(top: Any) -> None:
    """Watch the blocks below a top module from now on, and write the hits at the end of the run."""
    _write_once()
    for name, path in PLACES.get(top._name, {}).items():
        block = reduce(getattr, filter(None, path.split(".")), top)
        for monitor in MONITORS[name]:
            monitor(block)


@cache
def _write_once() -> None:
    write_at_the_end()
