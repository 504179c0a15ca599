"""Programming operations of a scenario: those that run, with their troubles, and those refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tb.host.host import WordAddress
from tb.host.regmap import BistPattern, ProgErr, ProgOp
from tb.models.legality import PULSES, Legality, Start
from tb.models.march import Step, march
from tb.models.programming import Address, ProgConfig, existing_cells, words
from tb.models.random_programming import RandomProgramming
from tb.models.scoreboard import Account, After
from tb.regress.rig import Rig, Targets
from tb.regress.troubles import ResetError, Troubles
from tb.regress.watch import OperationWatch

STREAMED = (ProgOp.WRITE, ProgOp.VERIFY, ProgOp.TEST_PULSE)
LONGEST = (1, 3, 12)  # words of a random operation, at the most
ATTEMPTS = 6  # after these an operation is left alone
TROUBLES = (0, 1, 2, 4, 8)  # of one attempt
TEST_TROUBLES = (0, 0, 1)  # of a self-test, which does not go on after a stop


@dataclass(frozen=True)
class Sweep:
    """An operation over a range of words, and whether the chip may be reset in it."""

    op: ProgOp
    first: Address
    last: Address
    targets: Targets
    resets: bool

    @property
    def resumable(self) -> bool:
        """Whether it goes on after a stop; that of a self-test leaves no trace at the pins."""
        return self.op is not ProgOp.MARCH

    @property
    def troubles(self) -> tuple[int, ...]:
        """How many troubles one attempt may have."""
        return TROUBLES if self.resumable else TEST_TROUBLES


class Operations:
    """Starts operations and judges each of them."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._draw = RandomProgramming(rng=rig.rng, chip=rig.chip)
        self._legality = Legality(rig.chip)

    async def random(self) -> None:
        """Any operation over a few words with any configuration, which may be refused."""
        rng, draw = self._rig.rng, self._draw
        config, start = draw.config(), draw.start(longest=rng.choice(LONGEST))
        if rng.random() < 0.4:
            config, start = draw.broken(config, start)
        start = replace(start, allow=1, read_locked=start.read_locked or self._rig.read_locked)
        await self._rig.configure(config)
        if rng.random() < 0.15:
            await self._rig.limit_wear(rng.randrange(1, max(self._rig.wear) + 3))
        try:
            await self._start(config, start)
        except AssertionError as error:
            error.add_note(f"{start} with {config}")
            raise

    async def _start(self, config: ProgConfig, start: Start) -> None:
        if start.read_locked and not self._rig.read_locked:
            await self._rig.lock_read_back()
        verdict = self._legality.verdict(config, start)
        if verdict is not ProgErr.NONE:
            await self._refused(start, verdict)
        else:
            await self.run(ProgOp(start.op), start.first, start.last)
        if start.read_locked:
            await self._rig.reset(1)

    async def _refused(self, start: Start, verdict: ProgErr) -> None:
        """A start that is not legal: its code, and nothing else."""
        host, env = self._rig.host, self._rig.env
        before = await host.pointer(), await host.counters(), len(self._rig.recorder)
        env.set_supply(bool(start.supply_ok))
        await host.forget_events("prog_done", "prog_err", "cmd_refused")
        await host.write("range_first", **start.first._asdict())
        await host.write("range_last", **start.last._asdict())
        await (host.unlock() if start.unlocked else host.write("unlock", key=0))
        await host.write("cmd", op=start.op, start=1)
        outcome = await host.finished()
        env.set_supply(True)
        await self._rig.some_time(5_000)
        assert outcome.error is verdict, f"refused with {outcome.error.name}, not {verdict.name}"
        after = await host.pointer(), await host.counters(), len(self._rig.recorder)
        assert after == before, "a refused start did something"
        self._rig.journal.refusals[verdict.name] += 1

    # Operations that run

    async def run(
        self,
        op: ProgOp,
        first: Address,
        last: Address,
        targets: Targets | None = None,
        *,
        resets: bool = True,
    ) -> Account | None:
        """One operation to its end, however often that takes; None if a reset cut it short."""
        rig = self._rig
        sweep = Sweep(op, first, last, targets or self._targets(op, first, last), resets)
        rig.journal.operations[op.name] += 1
        worn = {group for group, count in enumerate(rig.wear) if count >= rig.wear_limit}
        watch = OperationWatch(rig)
        await watch.begin()
        try:
            ran_worn = await self._attempts(watch, sweep)
        except ResetError:
            await rig.reset(rig.rng.randrange(1, 20))
            watch.lost(first)
            watch.judge_pins(self._steps(sweep))
            return None
        account = await watch.judge(op, self._steps(sweep))
        if op in PULSES and not ran_worn:
            swept = {self._group(word.address) for word in account.done}
            assert not swept & worn, "a worn group was pulsed"
        return account

    async def _attempts(self, watch: OperationWatch, sweep: Sweep) -> bool:
        """Start, and resume until it is complete; whether the endurance limit has stopped it."""
        rig, host, ran_worn = self._rig, self._rig.host, False
        order = words(rig.chip, sweep.first, sweep.last) if sweep.op in STREAMED else []
        feed = rig.feed(sweep.targets, order)
        await host.forget_events()
        await host.start(sweep.op, WordAddress(*sweep.first), WordAddress(*sweep.last))
        for attempt in range(ATTEMPTS + 2):
            troubles = Troubles(rig, watch, suspends=sweep.resumable, resets=sweep.resets)
            try:
                await troubles.happen(rig.rng.choice(sweep.troubles) if attempt < ATTEMPTS else 0)
                outcome = await host.finished()
            finally:
                feed.cancel()
            await troubles.over()
            await self._judge_state(outcome.error, killed=troubles.killed)
            if outcome.error is ProgErr.NONE:
                return ran_worn
            word = Address(*outcome.pointer)
            ran_worn |= await self._may_end(outcome.error, sweep.op, word, troubles)
            watch.stopped(word, After.RESUME if sweep.resumable else After.NOTHING)
            if not sweep.resumable:
                return ran_worn
            feed = rig.feed(sweep.targets, [w for w in order if w >= word])
            await host.resume()
        raise AssertionError(f"no end after {ATTEMPTS} attempts with trouble")

    async def _judge_state(self, error: ProgErr, *, killed: bool) -> None:
        """What the events and the status say after an operation."""
        host = self._rig.host
        events, status = await host.take_events(), await host.read("status")
        expected = {
            "prog_err": error is not ProgErr.NONE,
            "pump_lost": error is ProgErr.PUMP,
            "brown_out": killed,
            **dict.fromkeys(("spi_err", "watchdog", "frame_err", "cmd_refused"), False),
        }
        found = {name: name in events for name in expected}
        assert found == expected, f"events {sorted(events)} after {error.name}"
        assert not any(status[name] for name in ("prog_busy", "suspended", "unlocked")), status
        assert (status["supply_ok"], status["pump_ok"], status["prog_err"]) == (1, 1, error), status

    async def _may_end(self, error: ProgErr, op: ProgOp, word: Address, troubles: Troubles) -> bool:
        """An early end needs its reason; whether that was wear, whose limit is then raised."""
        rig = self._rig
        rig.journal.events[f"end_{error.name.lower()}"] += 1
        if error is not ProgErr.WORN or op not in PULSES:
            allowed = {error.name for error in troubles.allowed}
            assert error in troubles.allowed, f"ended with {error.name}, allowed are {allowed}"
            return False
        count = (await rig.host.endurance())[self._group(word)]
        assert count >= rig.wear_limit, f"WORN with a count of {count} below {rig.wear_limit}"
        await rig.limit_wear(rig.chip.programming.endurance_cycles)
        return True

    def _targets(self, op: ProgOp, first: Address, last: Address) -> Targets:
        """Random levels where the operation takes any."""
        if op not in STREAMED:
            return {}
        rng, chip = self._rig.rng, self._rig.chip
        return {
            word: {c: rng.randrange(chip.chip.levels) for c in sorted(existing_cells(chip, word))}
            for word in words(chip, first, last)
        }

    def _steps(self, sweep: Sweep) -> Iterable[Step]:
        chip, first, last = self._rig.chip, sweep.first, sweep.last
        if sweep.op is ProgOp.MARCH:
            return march(chip, BistPattern(self._rig.config.bist_pattern), first, last)
        order = words(chip, first, last)
        return [Step(sweep.op, word, dict(sweep.targets.get(word, {}))) for word in order]

    def _group(self, word: Address) -> int:
        """Number of the group of a word, in the order of programming."""
        return sum(g.groups for g in self._rig.chip.geometry[: word.layer]) + word.group
