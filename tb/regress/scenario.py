"""One random life of a chip."""

from __future__ import annotations

from typing import Any

from chips.description import Chip
from chips.weights import default_weights, load_weights, weight_words
from tb.regress.journal import Journal
from tb.regress.operations import Operations
from tb.regress.pictures import Pictures
from tb.regress.rig import Rig
from tb.regress.whole_chip import WholeChip


async def live(dut: Any, chip: Chip, seed: int, length: int) -> Journal:
    """Live through a scenario; every part of it is judged.

    Parameters
    ----------
    dut
        The chip with its macro, recorder and trace hash.
    seed
        Seed of everything that is drawn.
    length
        How many operations with random configurations there are, and how many pictures.

    Raises
    ------
    AssertionError
        The chip did something wrong; the message says what.
    """
    rig = Rig(dut, chip, seed)
    operations = Operations(rig)
    whole = WholeChip(rig, operations)
    await rig.start()
    for _ in range(length):
        await operations.random()
    if chip.chip.levels == 2:
        weights = load_weights(default_weights(chip), chip)
        await whole.program(whole.targets_of(weight_words(chip, weights)))
        await Pictures(rig, operations, weights).show(length)
    else:
        await whole.program(whole.random_targets())
    await whole.look()
    return rig.finish()
