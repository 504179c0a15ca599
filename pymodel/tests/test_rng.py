"""Random streams: what one draws depends on nothing but its key and place."""

from __future__ import annotations

import numpy as np
import pytest

from chips import InputError
from pymodel.rng import EVENTS_PER_BLOCK, EventNormals, IndexedNormals, Stream, generator, normals


def test_streams_do_not_depend_on_the_order_of_their_use() -> None:
    first, second = generator(1, 2, Stream.CELL), generator(1, 2, Stream.IMAGE, 5)
    mixed = [normals(second, 3), normals(first, 3), normals(second, 3)]
    assert np.array_equal(mixed[1], normals(generator(1, 2, Stream.CELL), 3))
    alone = normals(generator(1, 2, Stream.IMAGE, 5), 6)
    assert np.array_equal(np.concatenate([mixed[0], mixed[2]]), alone)


def test_every_part_of_the_key_and_place_gives_other_numbers() -> None:
    places = [
        (1, 2, Stream.CELL, 0),
        (2, 2, Stream.CELL, 0),
        (1, 3, Stream.CELL, 0),
        (1, 2, Stream.PULSE, 0),
        (1, 2, Stream.CELL, 1),
    ]
    drawn = [tuple(normals(generator(*place), 4)) for place in places]
    assert len(set(drawn)) == len(places)


def test_numbers_of_an_image_do_not_depend_on_the_images_before_it() -> None:
    noise = IndexedNormals(7, 0, Stream.IMAGE, 101)
    forward = [noise.draw(i) for i in range(5)]
    backward = [noise.draw(i) for i in reversed(range(5))]
    assert np.array_equal(forward, backward[::-1])
    assert np.array_equal(forward[3], normals(generator(7, 0, Stream.IMAGE, 3), 101))


def test_events_run_on_from_block_to_block() -> None:
    events = EventNormals(3, 0, Stream.SENSE, (2,), lambda block: block)
    rows = [events.next().copy() for _ in range(EVENTS_PER_BLOCK + 2)]
    blocks = [normals(generator(3, 0, Stream.SENSE, k), EVENTS_PER_BLOCK, 2) for k in (0, 1)]
    assert np.array_equal(rows, np.concatenate(blocks)[: len(rows)])


@pytest.mark.parametrize(("seed", "die"), [(-1, 0), (2**64, 0), (0, -1)])
def test_a_key_out_of_range_is_refused(seed: int, die: int) -> None:
    with pytest.raises(InputError, match="allowed are 0"):
        generator(seed, die, Stream.CELL)
