"""Writes any programming configuration to the registers, legal or not."""

from __future__ import annotations

from tb.host.host import Host
from tb.models.programming import ProgConfig
from tb.models.ramp import RampTable


async def write_prog_config(host: Host, config: ProgConfig) -> None:
    """Write all registers of a configuration; whether a full fail log waits is left as it is."""
    for name in ("form", "set", "reset"):
        await _write_table(host, name, getattr(config, name))
    for index, window in enumerate(config.verify):
        await host.write("verify_window", index, **window._asdict())
    for index, window in enumerate(config.read):
        await host.write("read_window", index, **window._asdict())
    await host.write(
        "sense",
        form_ref=config.form_ref,
        wl_sense=config.wl_sense,
        sense_trim=config.sense_trim,
    )
    await host.write("limit_pulses", max_form=config.max_form, max_set=config.max_set)
    await host.write("limit_totals", max_reset=config.max_reset, max_total=config.max_total)
    await host.write("limit_reversals", max_reversals=config.max_reversals)
    await host.write("relax", cycles=config.relax_cycles)
    await host.write("test", kind=config.test_kind, cycles=config.test_cycles)
    await host.write("bist", pattern=config.bist_pattern)


async def _write_table(host: Host, name: str, table: RampTable) -> None:
    for variable in ("wl", "line", "width"):
        ramp = getattr(table, variable)
        await host.write(f"ramp_{name}.{variable}", start=ramp.start, stop=ramp.stop)
    await host.write(f"ramp_{name}.step", wl=table.wl.step, line=table.line.step)
    width_step, nesting = table.width.step, table.nesting
    await host.write(f"ramp_{name}.loops", width_step=width_step, nesting=nesting)
