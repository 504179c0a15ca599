"""One run of a controller in front of the macro: what it needs, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path

from chips import load_chip
from chips.errors import InputError
from pymodel.device import load_device_of
from scripts.command_line import existing
from scripts.sequence.pin_map import PinMap, read_map
from scripts.sequence.ports import Port, read_ports
from scripts.sequence.report import Verdict
from scripts.sequence.roles import Side
from scripts.sequence.run import BUILD, CHECKER, Finished, run_checked, shown, tag
from scripts.sequence.stimulus import BROKEN, check_stimulus
from scripts.sequence.wrapper import TOP, wrapper
from sim.benches import Bench
from sim.runner import require_seed
from sim.sources import design_sources
from tb.sequence.report import read_report

TIMEOUT_S = 3600.0  # wall clock


@dataclass(frozen=True)
class LiveJob:
    """What the bench in the simulator reads.

    inputs: pins that rest at 0 until the stimulus drives them. limit_us: of the simulated time.
    """

    chip: str
    device: str
    seed: int
    clock: str
    period_ns: float
    reset: str
    reset_level: int
    inputs: tuple[str, ...]
    stimulus: str
    limit_us: float
    result: str

    def write(self, path: Path) -> None:
        """Write the job for the simulator process."""
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> LiveJob:
        """Read a job that `write` wrote."""
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True)
class LiveOptions:
    """What the user asks for; `waves`: fst, vcd or none."""

    files: tuple[str, ...]
    map_file: str
    stimulus: str
    chip: str
    device: str
    seed: int
    limit_ms: float
    waves: str = ""


def check_live(options: LiveOptions) -> Verdict:
    """Generate the bench, compile it, run the stimulus and judge.

    Raises
    ------
    InputError
        The seed, the device, a file, the map, the RTL or the stimulus cannot be used.
    """
    require_seed(options.seed)
    chip = load_chip(options.chip)
    load_device_of(chip, options.device)
    files = tuple(existing("RTL", file) for file in options.files or ("",))
    pin_map = read_map(existing("MAP", options.map_file), chip)
    if options.stimulus:
        check_stimulus(existing("STIMULUS", options.stimulus))
    if not options.limit_ms > 0:
        raise InputError(f"LIMIT_MS={options.limit_ms:g}: must be above 0")
    ports = read_ports(
        [*design_sources((), chip.name), *files],
        _given(pin_map, "top", pin_map.controller.top),
        pin_map.parameters,
        include_options(files),
    )
    folder, own = folders(options)
    own.mkdir(parents=True, exist_ok=True)
    (folder / f"{TOP}.sv").write_text(wrapper(pin_map, ports, chip))
    job = _job(options, pin_map, ports, own / "result.json")
    finished = _run(options, job, folder, files)
    return _verdict(options, pin_map, job, finished)


def _run(options: LiveOptions, job: LiveJob, folder: Path, files: tuple[Path, ...]) -> Finished:
    result = Path(job.result)
    result.unlink(missing_ok=True)
    job_file = result.with_name("job.json")
    job.write(job_file)
    return run_checked(
        _bench(folder.name, (*files, folder / f"{TOP}.sv"), options.waves),
        options.chip,
        options.seed,
        {"CNR_JOB": str(job_file)},
        ("--trace", "--trace-file", f"dump.{options.waves}") if options.waves else (),
    )


def _verdict(options: LiveOptions, pin_map: PinMap, job: LiveJob, finished: Finished) -> Verdict:
    result = Path(job.result)
    cells = json.loads(result.read_text()) if result.is_file() else {}
    if cells and cells["stimulus"]["how"] == BROKEN:
        raise InputError(f"STIMULUS={options.stimulus}: {cells['stimulus']['says']}")
    return Verdict(
        subject={
            "controller": pin_map.controller.top,
            "chip": options.chip,
            "device": options.device,
            "seed": options.seed,
        },
        roles=tuple(role.name for role, _ in pin_map.of()),
        log=read_report(finished.log.read_text(errors="replace")),
        cut=finished.cut,
        cells=cells,
        notes={"log": shown(finished.log), **_waves(options, finished)},
    )


def _waves(options: LiveOptions, finished: Finished) -> dict[str, str]:
    file = finished.folder / f"dump.{options.waves}"
    return {"waves": shown(file)} if options.waves else {}


def include_options(files: tuple[Path, ...]) -> list[str]:
    """Folders in which an `include is looked for: those of the files."""
    return [f"-I{folder}" for folder in dict.fromkeys(file.parent for file in files)]


def _given(pin_map: PinMap, key: str, value: str) -> str:
    if not value:
        raise InputError(f"{pin_map.path}: controller: missing key '{key}'")
    return value


def folders(options: LiveOptions) -> tuple[Path, Path]:
    """Where the build lies, shared by all checks of this controller, and the files of this one."""
    whole = replace(
        options,
        files=tuple(map(_absolute, options.files)),
        map_file=_absolute(options.map_file),
        stimulus=_absolute(options.stimulus),
    )
    build = tag(whole.files, whole.map_file, whole.chip, whole.waves)
    folder = BUILD / f"controller-{build}"
    return folder, folder / tag(*astuple(whole))


def _absolute(name: str) -> str:
    return str(Path(name).absolute()) if name else ""


def _job(options: LiveOptions, pin_map: PinMap, ports: Mapping[str, Port], result: Path) -> LiveJob:
    clock, reset = pin_map.controller.clock, pin_map.controller.reset
    clock_pin = _given(pin_map, "clock", clock.pin if clock else "")
    reset_pin = _given(pin_map, "reset", reset.pin if reset else "")
    driven = {pin.pin for _, pin in pin_map.of(Side.ANSWERS)} | {clock_pin, reset_pin}
    return LiveJob(
        chip=options.chip,
        device=options.device,
        seed=options.seed,
        clock=clock_pin,
        period_ns=clock.period_ns if clock else 0.0,
        reset=reset_pin,
        reset_level=int(bool(reset and reset.active == "high")),
        inputs=tuple(
            port.name
            for port in ports.values()
            if port.direction == "input" and port.name not in driven
        ),
        stimulus=str(Path(options.stimulus).resolve()) if options.stimulus else "",
        limit_us=1e3 * options.limit_ms,
        result=str(result),
    )


def _bench(name: str, files: tuple[Path, ...], waves: str) -> Bench:
    checker = ("tb/macro/cnr_macro.sv", *CHECKER, "tb/harness/cnr_controller_bay.sv")
    trace = (f"--trace-{waves}", "--trace-structs") if waves else ()
    return Bench(
        name,
        TOP,
        (*checker, *(str(file) for file in files)),
        module="tb.tests.bench_controller",
        public=("cnr_macro",),
        verilator_args=("-Wno-fatal", *trace, *include_options(files)),
        checkers=False,
        timeout_s=TIMEOUT_S,
        suite=False,
    )
