"""The functional plan of the host's side: bus, SPI, commands, interrupts, supply."""

from __future__ import annotations

from collections.abc import Iterator

from tb.coverage.group import Group, Never, never
from tb.drivers.register_walk import readable, writable
from tb.host.regmap import REGISTERS

NOWHERE = "no register"
EVENTS = tuple(REGISTERS["cause"].fields)
COMMANDS = ("start", "resume", "abort", "clear_counters", "read_start", "suspend")
CONTEXTS = ("idle", "programming", "suspended", "reading", "inferring", "no supply")


def _one_answer() -> Iterator[Never]:
    """A register answers an access always or never."""
    yield never("nothing answers there", register=NOWHERE, answer="done")
    for name, register in REGISTERS.items():
        for access, possible in (("read", readable(register)), ("write", writable(register))):
            reason = f"a {access} of it is {'legal' if possible else 'refused'}"
            answer = "refused" if possible else "done"
            yield never(reason, register=name, access=access, answer=answer)


HOST = (
    Group(
        "host.access",
        "accesses by register and answer",
        {
            "register": (*REGISTERS, NOWHERE),
            "access": ("read", "write"),
            "answer": ("done", "refused"),
        },
        tuple(_one_answer()),
    ),
    Group(
        "host.strobes",
        "bytes that a write touched",
        {"bytes": ("all", "some", "one", "none")},
    ),
    Group(
        "host.command",
        "commands by what the chip was doing",
        {"command": COMMANDS, "context": CONTEXTS},
    ),
    Group(
        "host.event",
        "events that the host has seen, by their interrupt",
        {"event": EVENTS, "interrupt": ("enabled", "masked")},
    ),
    Group(
        "host.key",
        "words written to the lock",
        {
            "word": (
                *("first key", "second key after the first", "second key alone"),
                *("another word after the first", "another word"),
            )
        },
    ),
    Group(
        "host.supply",
        "what the chip was doing when something was lost",
        {
            "loss": ("supply", "test mode", "pump"),
            "during": ("idle", "high voltage", "programming", "reading", "inferring"),
        },
    ),
    Group(
        "spi.frame",
        "how a frame ended",
        {
            "end": (
                *("write done", "write refused", "read done", "read refused", "unknown command"),
                *("cut before its first bit", "cut in command or address", "cut before read data"),
                *("cut in read data", "cut in write data", "too long", "bus too slow for the read"),
                *("bus busy with the write before", "cut by reset"),
            )
        },
    ),
)
