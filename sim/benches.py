"""The benches: which design each one builds and which cocotb module tests it.

To add a bench, write `tb/tests/bench_<name>.py` and add one entry to `BENCHES`. Each test of the
module then runs in `make test`, in a simulator process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

COVERED_CHIP = "mini"  # the one that `make coverage` measures


@dataclass(frozen=True)
class Bench:
    """One design under test.

    Parameters
    ----------
    name
        Its name; the cocotb tests are in `tb/tests/bench_<name>.py` unless `module` says else.
    toplevel
        The top module. All its signals are visible to Python.
    sources
        Files and lists of files (`.f`) in the order of compilation, relative to the root of the
        project; `{chip}` stands for the chip. The packages of the chip come first by themselves,
        and the bound checkers `tb/checkers/<module>_chk.sv` (or those that the list
        `<module>_chk.f` names) of each module last.
    module
        The Python module with the cocotb tests.
    chips
        The chips that `make test` runs it for.
    public
        Further modules whose signals are visible to Python.
    forceable
        Nets, as "module.net", that Python may force. Such a net costs time in every cycle.
    written
        `<module>.<pattern>` of the signals that Python writes, of the others it may only read; all
        of them if this is empty. What follows from a signal that may be written is evaluated at
        every event.
    parameters
        Parameters of the top module.
    verilator_args
        Further arguments of Verilator.
    checkers
        Whether the bound checkers are part of it.
    timeout_s
        Limit of one test in wall-clock seconds.
    uncovered
        Why its tests do not count for coverage; empty if they do.
    suite
        Whether `make test` runs each test by itself; False for a bench that a script drives.
    """

    name: str
    toplevel: str
    sources: tuple[str, ...]
    module: str = ""
    chips: tuple[str, ...] = ("cifar10",)
    public: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    forceable: tuple[str, ...] = ()
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    verilator_args: tuple[str, ...] = ()
    checkers: bool = True
    timeout_s: float = 600.0
    uncovered: str = ""
    suite: bool = True

    def __post_init__(self) -> None:
        if not self.module:
            object.__setattr__(self, "module", f"tb.tests.bench_{self.name}")

    def covers(self, chip: str) -> bool:
        """Whether its tests on a chip count for coverage."""
        return chip == COVERED_CHIP and not self.uncovered

    @property
    def design(self) -> tuple[object, ...]:
        """What is compiled; benches of equal designs share one build."""
        parameters = tuple(sorted(self.parameters.items()))
        return (
            self.toplevel,
            self.sources,
            self.public,
            self.forceable,
            parameters,
            self.verilator_args,
            self.checkers,
        )


_BENCHES: tuple[Bench, ...] = ()

# The compute side: image in, label out, pulsed read, power.
_CHIPS = ("mini", "cifar10")
_CLASSIFY = ("rtl/cnr_prio_enc.sv", "rtl/cnr_classify.sv")
_INFERENCE = (
    *_CLASSIFY,
    "rtl/cnr_image_load.sv",
    "rtl/cnr_layer_seq.sv",
    "rtl/cnr_inference.sv",
)
_POWER_GUARD = ("rtl/cnr_sync.sv", "rtl/cnr_power_guard.sv")
_READ_SEQ = ("rtl/cnr_read_seq.sv",)
_COMPUTE = (*_INFERENCE, *_POWER_GUARD, *_READ_SEQ, "tb/harness/cnr_compute_tb.sv")

_BENCHES += (
    Bench("prio_enc", "cnr_prio_enc", ("rtl/cnr_prio_enc.sv",), chips=("mini",)),
    Bench("classify", "cnr_classify", _CLASSIFY, chips=_CHIPS),
    Bench("inference", "cnr_inference", _INFERENCE, chips=_CHIPS, public=("cnr_image_load",)),
    Bench("pipelined", "cnr_inference", _INFERENCE, chips=_CHIPS, public=("cnr_image_load",)),
    Bench(
        "inference_modes", "cnr_inference", _INFERENCE, chips=("mini",), public=("cnr_image_load",)
    ),
    Bench("power_guard", "cnr_power_guard", _POWER_GUARD, chips=("mini",)),
    Bench("read_seq", "cnr_read_seq", _READ_SEQ, chips=_CHIPS),
    Bench("refresh", "cnr_compute_tb", _COMPUTE, chips=_CHIPS),
    Bench("compute_random", "cnr_compute_tb", _COMPUTE, chips=("mini",)),
)

# The whole chip with the analog model behind its macro.
_CHIP = ("sim/rtl.f", "tb/macro/cnr_macro.sv", "tb/harness/cnr_chip_tb.sv")
_chip = partial(
    Bench,
    toplevel="cnr_chip_tb",
    sources=_CHIP,
    public=("cnr_macro",),
    written=(
        *("cnr_chip_tb.*_i", "cnr_chip_tb.*_ni"),
        *("cnr_macro.*_model", "cnr_macro.sense_latency_ns"),
    ),
)

_RECORDER = "tb/macro/cnr_pulse_recorder.sv"
_RECORDED = (*_CHIP, _RECORDER, "tb/macro/cnr_macro_recorder.sv", "tb/macro/cnr_trace_hash.sv")

_BENCHES += (
    _chip("chip", chips=("mini",)),
    *(
        _chip(
            name,
            sources=_RECORDED,
            chips=("mini",),
            public=("cnr_macro", "cnr_pulse_recorder"),
            uncovered="its pulses are those of the bench chip",
            suite=suite,
        )
        # scripts/regress.py runs the random regression.
        for name, suite in (("chip_pulses", True), ("regress", False))
    ),
    _chip("trims", chips=("mini",)),
    _chip("calibrate", chips=("mini",)),
    _chip("preset"),
    # Scripts run these.
    *(
        _chip(name, timeout_s=3600, suite=False)
        for name in ("infer", "program", "programming_speed")
    ),
    _chip("levels", chips=("radar",)),
    _chip("yields", chips=("mini",), uncovered="many cells, one path through the RTL"),
    _chip("silicon", timeout_s=3600, suite=False),
)

# The weight-programming side: electrical operations, ramps, write-verify and sweep.
_PULSE = ("rtl/cnr_sync.sv", "rtl/cnr_pulse.sv")
_PROGRAMMER = (
    *_PULSE,
    "rtl/cnr_ramp.sv",
    "rtl/cnr_limits.sv",
    "rtl/cnr_verify.sv",
    "rtl/cnr_exercise.sv",
    "rtl/cnr_prog_check.sv",
    "rtl/cnr_prog.sv",
    "rtl/cnr_bist.sv",
    "rtl/cnr_fail_log.sv",
    "rtl/cnr_endurance.sv",
    "rtl/cnr_counters.sv",
    "rtl/cnr_programmer.sv",
)
_PROGRAMMER_TB = (*_PROGRAMMER, _RECORDER, "tb/harness/cnr_programmer_tb.sv")
_UPSETS = (
    *("cnr_bist", "cnr_prog", "cnr_verify", "cnr_limits", "cnr_exercise", "cnr_pulse", "cnr_ramp"),
    *("cnr_counters", "cnr_endurance", "cnr_pulse_recorder"),
)

_FORCED = (
    *(f"cnr_prog.{net}" for net in ("word_start_o", "w_ready_o", "word_counted_o", "stop_o")),
    *("cnr_verify.ramp_step_o", "cnr_verify.alarm_o", "cnr_pulse.req_ready_o"),
    *("cnr_exercise.alarm_o", "cnr_counters.word_i"),
)

_BENCHES += (
    Bench("ramp", "cnr_ramp", ("rtl/cnr_ramp.sv",), chips=("mini",)),
    Bench(
        "pulse",
        "cnr_pulse_tb",
        (*_PULSE, "tb/harness/cnr_pulse_tb.sv"),
        chips=("mini",),
        public=("cnr_pulse",),
    ),
    *(
        Bench(
            f"programmer_{theme}",
            "cnr_programmer_tb",
            _PROGRAMMER_TB,
            chips=("mini",),
            public=_UPSETS,
        )
        for theme in (
            *(
                "operations",
                "acceptance",
                "limits",
                "commands",
                "stops",
                "faults",
                "upsets",
                "random",
            ),
            *("exercise", "refresh", "relax", "march", "locks", "suspend", "every", "phases"),
        )
    ),
    # tb/test_block_properties.py runs the benches of properties: each of their tests has to fail.
    Bench(
        "pulse_properties",
        "cnr_pulse_tb",
        (*_PULSE, "tb/harness/cnr_pulse_tb.sv"),
        chips=("mini",),
        public=("cnr_pulse",),
        suite=False,
    ),
    *(
        Bench(
            f"{theme}_properties",
            "cnr_programmer_tb",
            _PROGRAMMER_TB,
            chips=("mini",),
            public=_UPSETS,
            forceable=_FORCED,
            suite=False,
        )
        for theme in ("prog", "verify", "sweep", "service")
    ),
    Bench("lock", "cnr_lock", ("rtl/cnr_lock.sv",), chips=("mini",)),
    Bench("lock_properties", "cnr_lock", ("rtl/cnr_lock.sv",), chips=("mini",), suite=False),
)

# The sequence checker alone, with its pins driven.
_SEQUENCE = ("tb/sequence/cnr_sequence.f", "tb/harness/cnr_sequence_tb.sv")

_BENCHES += (
    Bench(
        "sequence", "cnr_sequence_tb", _SEQUENCE, chips=("mini",), uncovered="no RTL of the chip"
    ),
    # tb/test_sequence.py runs these: each of their tests has to fail.
    *(
        Bench(f"sequence_{theme}", "cnr_sequence_tb", _SEQUENCE, chips=("mini",), suite=False)
        for theme in ("pulse", "word", "compute")
    ),
)

# The bus side: SPI, registers, and the core and the chip with a host on their bus.
_REGS = (
    "rtl/gen/cnr_regs_reg_pkg.sv",
    "rtl/cnr_host_pkg.sv",
    "rtl/gen/cnr_regs_reg.sv",
    "rtl/cnr_wear_table.sv",
    "rtl/cnr_regs.sv",
)

_BENCHES += (
    Bench("spi", "cnr_spi", ("rtl/cnr_sync.sv", "rtl/cnr_spi.sv"), chips=("mini",)),
    Bench("regs", "cnr_regs", _REGS, chips=_CHIPS),
    Bench("bus", "cnr_regs", _REGS, chips=("mini",)),
    # tb/test_block_properties.py runs this one: each of its tests has to fail.
    Bench("bus_properties", "cnr_regs", _REGS, chips=("mini",), suite=False),
    Bench("bus_recovery", "cnr_regs", _REGS, chips=("mini",), checkers=False),
    Bench("core", "cnr_core", ("sim/rtl.f", "rtl/cnr_macro.sv"), chips=("mini",)),
    # `make xcheck` runs it, with the two others of the core, on a netlist with four states.
    Bench("unknowns", "cnr_core", ("sim/rtl.f", "rtl/cnr_macro.sv"), chips=("mini",), suite=False),
    *(
        Bench(f"core_{theme}", "cnr_core", ("sim/rtl.f", "rtl/cnr_macro.sv"), chips=("mini",))
        for theme in ("service", "faults", "activity")
    ),
    _chip("top", chips=("mini",)),
)

BENCHES = {bench.name: bench for bench in _BENCHES}
