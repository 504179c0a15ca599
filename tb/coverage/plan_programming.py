"""The functional plan of weight programming, for the chip that coverage is measured on."""

from __future__ import annotations

from tb.coverage.group import Group, never
from tb.host.regmap import BistPattern, Nesting, ProgOp

OPS = tuple(op.name for op in ProgOp if op is not ProgOp.NONE)
READING = ("READ", "VERIFY")
EXERCISES = ("TEST_PULSE", "CYCLE")
ENDS = ("NONE", "SUPPLY", "PUMP", "SENSE", "ABORTED", "WATCHDOG", "STATE", "WORN")
REFUSALS = ("RANGE", "RAMP", "CEILING", "LIMIT", "WINDOW", "BUSY", "SUPPLY", "LOCKED")
KINDS = ("FORM", "SET", "RESET")
PATTERNS = tuple(pattern.name for pattern in BistPattern)
CAUSES = ("abort", "suspend", "supply", "pump", "watchdog")
QUIET_PHASES = (
    *("idle", "next word", "reading back", "suspended", "deciding", "relaxing", "logging"),
)
PULSE_PHASES = ("setup", "pump", "word line", "high voltage", "hold", "discharge")
SENSE_PHASES = ("sense word line", "sense strobe", "sense end")
PHASES = (*QUIET_PHASES, *PULSE_PHASES, *SENSE_PHASES)

PROGRAMMING = (
    Group(
        "programming.end",
        "how an accepted operation ended",
        {"op": OPS, "end": ENDS},
        (
            never("it drives no pulse", op=READING, end=("PUMP", "WATCHDOG", "WORN")),
            never("it senses nothing", op=EXERCISES, end="SENSE"),
        ),
    ),
    Group(
        "programming.refusal",
        "why a start was refused",
        {"op": OPS, "code": REFUSALS},
        (
            never("it uses no ramp", op=READING, code="RAMP"),
            never("it has no limit", op=(*READING, "TEST_PULSE"), code="LIMIT"),
            never("it senses nothing", op=EXERCISES, code="WINDOW"),
        ),
    ),
    Group(
        "programming.unknown",
        "what was refused because the chip does not know it",
        {"what": ("no operation", "code above the last", "test pulse of no kind", "no pattern")},
    ),
    Group(
        "programming.resume",
        "what a resume met",
        {
            "after": (
                *("sweep complete", "stopped: SUPPLY", "stopped: PUMP", "stopped: SENSE"),
                *("stopped: ABORTED", "stopped: WATCHDOG", "stopped: STATE", "stopped: WORN"),
                *("self-test", "suspended", "suspended, now refused", "ended by a refused resume"),
            )
        },
    ),
    Group(
        "programming.stop",
        "what the engine did when something stopped it",
        {"cause": CAUSES, "phase": PHASES},
        (
            never(
                "the watchdog looks at high voltage only",
                cause="watchdog",
                phase=tuple(phase for phase in PHASES if phase != "high voltage"),
            ),
            never("it waits because the pump is not ready", cause="pump", phase="pump"),
        ),
    ),
    Group(
        "programming.pulses",
        "pulses that a word took, and how the word ended",
        {
            "kind": KINDS,
            "pulses": ("1", "2-3", "4-7", "8 and more"),
            "end": ("in window", "failed", "stopped"),
        },
    ),
    Group(
        "programming.reversals",
        "changes of polarity of a word, and how it ended",
        {"reversals": ("0", "1", "2", "3 and more"), "end": ("in window", "failed")},
    ),
    Group(
        "programming.nesting",
        "order of the loops in which a ramp took more than one step",
        {"kind": KINDS, "nesting": tuple(nesting.name for nesting in Nesting)},
    ),
    Group(
        "programming.delayed",
        "what a delayed verify found",
        {"op": ("FORM", "SET", "RESET", "WRITE", "REFRESH"), "dropouts": ("none", "some")},
    ),
    Group(
        "programming.test_pulse",
        "kinds of test pulses, and words without a cell for them",
        {"what": (*KINDS, "no cell")},
    ),
    Group(
        "programming.fail_log",
        "what happened to the fail log",
        {
            "event": (
                *("first entry", "further entry", "last place taken", "entry lost"),
                *("sweep waits", "read when empty", "entry read", "last entry read", "cleared"),
            )
        },
    ),
    Group(
        "self_test.step",
        "steps of each pattern",
        {
            "pattern": PATTERNS,
            "element": tuple("012345"),
            "does": ("WRITE", "VERIFY"),
        },
        (
            never("its first step only writes", pattern="MARCH_C", element="0", does="VERIFY"),
            never("its last step only reads", pattern="MARCH_C", element="5", does="WRITE"),
            never("it has four steps", pattern=PATTERNS[1:], element=("4", "5")),
            never("this step writes", pattern=PATTERNS[1:], element=("0", "2"), does="VERIFY"),
            never("this step reads", pattern=PATTERNS[1:], element=("1", "3"), does="WRITE"),
        ),
    ),
    Group(
        "self_test.end",
        "how the self-test ended",
        {"pattern": PATTERNS, "end": ("passed", "cells failed", "stopped", "suspended")},
    ),
)
