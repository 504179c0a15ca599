"""cocotb-test's Verilator flow, split into a build that is shared and a run of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from cocotb_test.simulator import Verilator


class Simulation(Verilator):  # type: ignore[misc]  # cocotb-test is not annotated
    """One half of what `cocotb_test.simulator.run` does for Verilator.

    Unlike the original it runs only the commands of its phase, writes what they say into a log
    file, ends them after a time limit or with this process, keeps their exit code, and leaves the
    signal handlers of this process alone.

    Parameters
    ----------
    phase
        "build" for Verilator and make, "run" for the simulator.
    log
        File that takes the output of the commands.
    timeout_s
        Limit of one command in wall-clock seconds.
    stderr_to_terminal
        Whether the simulator keeps this process' standard error, for a progress bar.
    **options
        Arguments of `cocotb_test.simulator.run`.
    """

    def __init__(
        self,
        *,
        phase: Literal["build", "run"],
        log: Path,
        timeout_s: float,
        stderr_to_terminal: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(compile_only=phase == "build", **options)
        signal.signal(signal.SIGINT, self.old_sigint_h)
        signal.signal(signal.SIGTERM, self.old_sigterm_h)
        self.logger.setLevel("CRITICAL")  # the caller says what failed
        self.log = log
        self.timeout_s = timeout_s
        self.stderr_to_terminal = stderr_to_terminal
        self.returncode: int | None = None

    def build_command(self) -> list[list[str]]:
        """Commands of the phase: Verilator and make, or the simulator."""
        commands: list[list[str]] = super().build_command()
        return commands if self.compile_only else commands[-1:]

    def execute(self, cmds: list[list[str]]) -> None:
        """Run the commands up to the first that fails; `returncode` is that of the last."""
        with self.log.open("wb") as log:
            for command in cmds:
                log.write(f"{' '.join(command)}\n".encode())
                log.flush()
                self.returncode = self._call(command, log.fileno())
                if self.returncode:
                    raise SystemExit(f"{Path(command[0]).name} ended with {self.returncode}")

    def _call(self, command: list[str], log: int) -> int:
        stderr = None if self.stderr_to_terminal else subprocess.STDOUT
        with subprocess.Popen(
            _ending_with_parent(command),
            cwd=self.work_dir,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=stderr,
            process_group=0,
        ) as process:
            try:
                return process.wait(self.timeout_s)
            except subprocess.TimeoutExpired:
                raise SystemExit(f"no end after {self.timeout_s:g} s") from None
            finally:
                _end_group(process.pid)


def _ending_with_parent(command: list[str]) -> list[str]:
    """`command` so that the kernel ends it when this process is killed outright."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", *command] if setpriv else command


def _end_group(leader: int) -> None:
    """End a command and all it has started."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
