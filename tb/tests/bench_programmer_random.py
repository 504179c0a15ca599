"""Random configurations, by default a few hundred; CONFIGS=<n> tries as many as one likes."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE, Targets
from tb.drivers.programmer_cases import started
from tb.drivers.programmer_env import ProgrammerEnv
from tb.drivers.programmer_watch import Watch
from tb.host.regmap import BistPattern, ProgErr, ProgOp
from tb.models.legality import Legality, Start
from tb.models.march import march
from tb.models.programming import Address, ProgConfig, group_range
from tb.models.random_programming import RandomProgramming
from tb.models.scoreboard import After
from tb.models.simple_cells import Cell

CONFIGS = int(os.environ.get("CONFIGS", "300"))
STREAMED = (ProgOp.WRITE, ProgOp.VERIFY, ProgOp.TEST_PULSE)
SENSE_LIMIT_NS = 1200  # the sense amplifiers answer in time


class RandomRuns:
    """Runs random operations and judges each of them."""

    def __init__(self, env: ProgrammerEnv, rng: random.Random, draw: RandomProgramming) -> None:
        self._env = env
        self._rng = rng
        self.draw = draw
        self.stops: Counter[After] = Counter()

    async def run(self, config: ProgConfig, start: Start) -> None:
        """One operation, with stops unless it is the self-test; the rules judge all of it."""
        env, op = self._env, ProgOp(start.op)
        env.programmer.configure(config)
        env.macro.sense_ns = self._rng.choice((3, 45, self._rng.randrange(1, SENSE_LIMIT_NS)))
        targets = self._targets(start)
        watch = env.watch()
        task = cocotb.start_soon(env.programmer.run(op, start.first, start.last, targets))
        if op is not ProgOp.MARCH and self._rng.random() < 0.5:
            await self._stop(watch)
        error = await task
        while error is ProgErr.ABORTED:
            watch.stopped(After.RESUME)
            self.stops[After.RESUME] += 1
            error = await env.programmer.resume(start.last, targets)
        assert error is ProgErr.NONE
        await watch.judge(op, self._steps(op, config, start, targets))
        assert env.programmer.pointer == env.after(start.last)

    def _targets(self, start: Start) -> Targets | None:
        if start.op not in STREAMED:
            return None
        return self._env.data(start.first, start.last, self._rng.randrange(1 << 30))

    def _steps(self, op: ProgOp, config: ProgConfig, start: Start, targets: Targets | None) -> Any:
        if op is ProgOp.MARCH:
            pattern = BistPattern(config.bist_pattern)
            return march(self._env.chip, pattern, start.first, start.last)
        return self._env.steps(op, start.first, start.last, targets or {})

    async def _stop(self, watch: Watch) -> None:
        """Suspend a few times at random, and perhaps abort."""
        programmer = self._env.programmer
        for _ in range(self._rng.randrange(1, 4)):
            await wait_cycles(self._rng.randrange(1, 300))
            if self._rng.random() < 0.2:
                await programmer.strobe("abort")
                return
            await programmer.strobe("suspend")
            while programmer.busy and not programmer.suspended:
                await wait_cycles()
            if not programmer.busy:
                return
            assert programmer.lines == SAFE
            watch.stopped(After.SUSPEND)
            self.stops[After.SUSPEND] += 1
            await wait_cycles(self._rng.randrange(1, 30))
            await programmer.strobe("resume")


async def random_runs(dut: Any) -> tuple[ProgrammerEnv, RandomRuns]:
    """A bench whose cells, settings and operations come from one generator."""
    rng = random.Random(cocotb.RANDOM_SEED)
    env = await started(dut, lambda address, place: runs.draw.cell(), pauses=True)
    runs = RandomRuns(env, rng, RandomProgramming(rng, env.chip))
    return env, runs


@cocotb.test(timeout_time=20, timeout_unit="sec")
async def random_configurations_do_what_the_rules_say(dut: Any) -> None:
    env, runs = await random_runs(dut)
    done: Counter[int] = Counter()
    for number in range(CONFIGS):
        if number % 5 == 0:
            env.renew_cells()
        config, start = runs.draw.config(), runs.draw.start()
        try:
            await runs.run(config, start)
        except AssertionError as error:
            error.add_note(f"configuration {number}: {start} with {config}")
            raise
        done[start.op] += 1
    cocotb.log.info("%d configurations: %s, %s", CONFIGS, dict(done), dict(runs.stops))
    assert set(done) == set(ProgOp) - {ProgOp.NONE}
    assert set(runs.stops) == {After.SUSPEND, After.RESUME}


@cocotb.test(timeout_time=20, timeout_unit="sec")
async def broken_configurations_are_refused_with_the_lowest_code_or_run(dut: Any) -> None:
    """What was broken may be of no use to the operation: then it has to run."""
    env, runs = await random_runs(dut)
    legality = Legality(env.chip)
    answers: Counter[ProgErr] = Counter()
    for number in range(CONFIGS):
        config, start = runs.draw.broken(runs.draw.config(), runs.draw.start(longest=1))
        expected = legality.verdict(config, start)
        set_flags(env, start)
        try:
            if expected is ProgErr.NONE:
                await runs.run(config, start)
            else:
                assert await refusal(env, config, start) is expected
        except AssertionError as error:
            error.add_note(f"configuration {number}: {start}, {expected.name}, with {config}")
            raise
        answers[expected] += 1
    cocotb.log.info("%s", {error.name: count for error, count in answers.items()})
    assert set(answers) == {*range(ProgErr.SUPPLY + 1), ProgErr.LOCKED}


def set_flags(env: ProgrammerEnv, start: Start) -> None:
    """Put the chip into the state that a start finds."""
    for flag in ("allow", "supply_ok", "unlocked", "read_locked"):
        env.programmer.set_flag(flag, getattr(start, flag))


async def refusal(env: ProgrammerEnv, config: ProgConfig, start: Start) -> ProgErr:
    """How a start is answered; it may not do anything."""
    programmer = env.programmer
    programmer.configure(config)
    before = programmer.pointer, programmer.counts, len(env.recorder)
    await programmer.command(start.op, start.first, start.last)
    answer = await programmer.done()
    await wait_cycles(20)
    assert not programmer.busy
    assert (programmer.pointer, programmer.counts, len(env.recorder)) == before
    return answer


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def the_whole_life_of_a_group(dut: Any) -> None:
    """FORM, WRITE, READ, VERIFY with cells of every strength that the default tables can move."""
    rng = random.Random(cocotb.RANDOM_SEED)

    def make(address: Address, place: int) -> Cell:
        return Cell(
            form_line=rng.randrange(255, 300, 5),
            form_wl=rng.randrange(130, 200, 10),
            reset_line=rng.randrange(250, 300, 5),
            reset_wl=rng.randrange(240, 300, 10),
        )

    env = await started(dut, make, pauses=True)
    first, last = group_range(env.chip, 2, 1)
    targets = env.data(first, last, rng.randrange(1 << 30))
    await env.check(ProgOp.FORM, first, last)
    for _ in range(2):
        targets = env.data(first, last, rng.randrange(1 << 30))
        await env.check(ProgOp.WRITE, first, last, targets)
        assert {word: env.levels(word) for word in targets} == targets
    await env.check(ProgOp.READ, first, last)
    await env.check(ProgOp.VERIFY, first, last, targets)
    assert env.programmer.counts.failed == 0
