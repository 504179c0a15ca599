"""The functional plan of pulsed read and inference, for the chip that coverage is measured on."""

from __future__ import annotations

from chips import load_chip
from sim.benches import COVERED_CHIP
from tb.coverage.group import Group, never

CHIP = load_chip(COVERED_CHIP)
LAYERS = tuple(str(number) for number, _ in enumerate(CHIP.layers, 1))
CLASSES = tuple(str(number) for number in range(CHIP.chip.classes))
MODES = ("sequential", "pipelined")
BIAS = ("always on", "gated")
PHASES = ("idle", "reset", "settle", "integrate", "hold", "sample", "precompare", "strobe")
CAPACITORS = tuple(str(code) for code in range(1 << CHIP.mac.cf_sel_bits))

COMPUTE = (
    Group(
        "inference.image",
        "what became of an image",
        {
            "fate": (
                *("loaded", "label", "dropped", "refused: no permission", "refused: not enabled"),
                *("refused: no integration time", "refused: integration too long"),
            ),
            "mode": MODES,
            "bias": BIAS,
        },
    ),
    Group(
        "inference.layer",
        "a layer integrates",
        {"layer": LAYERS, "mode": MODES, "bias": BIAS},
    ),
    Group(
        "inference.time",
        "integration time of a layer",
        {"layer": LAYERS, "cycles": ("1", "between", "longest")},
    ),
    Group("inference.capacitor", "capacitor of a layer", {"layer": LAYERS, "code": CAPACITORS}),
    Group(
        "inference.dropped",
        "where an image in the layers was dropped",
        {"cause": ("permission", "enable"), "place": ("load clock", *LAYERS)},
    ),
    Group(
        "inference.dropped_phase",
        "in which phase of a layer an image was dropped",
        {"phase": PHASES},
    ),
    Group(
        "inference.occupancy",
        "images in the layers at once, the one that is being loaded among them",
        {"mode": MODES, "images": tuple(str(n) for n in range(1, len(LAYERS) + 2))},
        (
            never(
                "the next image loads while the last layer hands over at the earliest",
                mode="sequential",
                images=tuple(str(n) for n in range(2, len(LAYERS) + 2)),
            ),
        ),
    ),
    Group(
        "inference.frame",
        "what the pixel stream did",
        {
            "event": (
                *("frame complete", "end in the first beat", "end in a later beat", "no end"),
                *("rest skipped", "source waits", "sink waits"),
            )
        },
    ),
    Group(
        "inference.label",
        "labels, and whether the decisions were a circle",
        {"class": CLASSES, "order": ("clear", "ambiguous")},
        (
            never(
                "of several classes with as many wins the lowest is the label",
                **{"class": CLASSES[-1], "order": "ambiguous"},
            ),
        ),
    ),
    Group(
        "reads.sweep",
        "how a sweep over all banks ended, by who asked for it",
        {
            "origin": ("host", "refresh"),
            "end": ("complete", "too late", "cut by programming", "cut by loss"),
        },
    ),
    Group(
        "reads.bank",
        "a bank was read at once or had to wait for its layer",
        {"layer": LAYERS, "origin": ("host", "refresh"), "start": ("at once", "waited")},
    ),
    Group(
        "reads.invalid",
        "what made the weights invalid",
        {"cause": ("high voltage or supply", "hold expired", "slot cut", "sweep too late")},
    ),
)
