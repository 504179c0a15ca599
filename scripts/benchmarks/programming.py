"""Wall time of programming the whole chip, and the share of the analog model in it.

The baseline is the same RTL with the same host, where a list stands in for the model: each sense
strobe gets the answer that the model gave at this strobe in the run before, and pulses do nothing.
So the engine does exactly the same work, which the counters of the chip prove.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.benches import BENCHES
from sim.runner import run_bench

MODEL, PLAYED = "with_the_analog_model", "with_played_answers"


def measure_programming(chip: str, seed: int, out: Path) -> list[dict[str, object]]:
    """One row: seconds for FORM and WRITE of every cell, and their ratio to the baseline.

    Raises
    ------
    SimulationError
        A run failed, or the two did not do the same work.
    """
    model, played = (_run(test, chip, seed, out.resolve()) for test in (MODEL, PLAYED))
    return [
        {
            "name": f"program {model['cells']:,} cells",
            "value": model["seconds"],
            "unit": "s",
            "baseline": played["seconds"],
            "ratio": model["seconds"] / played["seconds"],
            "against": "the same RTL without the model",
        }
    ]


def _run(test: str, chip: str, seed: int, out: Path) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    run_bench(
        BENCHES["programming_speed"],
        chip=chip,
        test=test,
        seed=seed,
        extra_env={"CNR_OUT": str(out)},
        stderr_to_terminal=True,
    )
    values: dict[str, Any] = json.loads((out / f"{test}.json").read_text())
    return values
