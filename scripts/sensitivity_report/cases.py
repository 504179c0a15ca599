"""Every sweep that the documentation shows."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote


@dataclass(frozen=True)
class Case:
    """A sweep by what a user types: `make sweep X= Y= AT= DIES= IMAGES=`.

    name: of its files, `docs/plots/sweep_<name>`. title, says: on its page, if it has a part there.
    """

    name: str
    x: str
    dies: int
    images: int
    y: str = ""
    at: str = ""
    title: str = ""
    says: str = ""

    @property
    def options(self) -> dict[str, str]:
        """Variables of make, those that have a value."""
        dies, images = str(self.dies), str(self.images)
        values = {"X": self.x, "Y": self.y, "AT": self.at, "DIES": dies, "IMAGES": images}
        return {name: value for name, value in values.items() if value}

    @property
    def command(self) -> str:
        """The command line of it alone."""
        return " ".join(["make sweep", *(f"{n}={quote(v)}" for n, v in self.options.items())])


CASES = (
    Case(
        name="noise",
        x="noise_scale:0..4/9",
        dies=8,
        images=1000,
        title="Stage noise",
        says="Mean and RMS of the published table of all stages, times a factor; 1 is the table. "
        "Every other effect is on at each point.",
    ),
    Case(
        name="variation",
        x="variation:0.1..0.9/9",
        at="ratio=5 spread=0.85",
        dies=4,
        images=500,
        title="Variation of the cells",
        says="Cells spread almost evenly within ± the bound around both levels, at a ratio of 5. "
        "With the reference in the geometric middle the first cell is wrong where (1 - b) sqrt(5) "
        "= 1, at 0.55.",
    ),
    Case(
        name="stuck",
        x="stuck:0,0.0003,0.001,0.003,0.01,0.03",
        dies=8,
        images=1000,
        title="Stuck cells",
        says="A fraction of all cells, each stuck low or high with the same chance, wherever it is "
        "in a weight; a die keeps those of a smaller fraction. Nothing is done about them: no "
        "nearest code, no trained tolerance. Half of them hold by chance what they should.",
    ),
    Case(
        name="t_ctrl",
        x="t_ctrl_error:-0.5..0.5/11",
        dies=8,
        images=1000,
        title="Integration time",
        says="The same relative error of all integration times, and so of all gains.",
    ),
    Case(
        name="weight_bits",
        x="weight_bits:2..5/4",
        dies=8,
        images=1000,
        title="Bits of a weight",
        says="Rounded after the training, sign included: the lowest cells of every weight stay "
        "low, and each layer gets that gain of the chip with which its new weights are nearest to "
        "the old ones (least squares). Nothing is trained again; a network trained with so few "
        "bits should lose less. More than the bits of the chip cannot be shown: a weight file "
        "holds codes, which have nothing finer to round.",
    ),
    Case(
        name="ratio",
        x="ratio:2..6/9",
        y="variation:0.3,0.4,0.5",
        at="spread=0.85",
        dies=4,
        images=500,
    ),
    Case(
        name="r_ref",
        x="r_ref_ohm:2000..6000/9",
        at="ratio=5 spread=0.85",
        dies=4,
        images=500,
    ),
    Case(
        name="temperature",
        x="temperature_k:240..390/6",
        y="t_ctrl_error:0,0.25",
        dies=4,
        images=500,
    ),
    Case(
        name="hold", x="hold_s:0..0.0018/7", y="temperature_k:300,310,320,330", dies=4, images=500
    ),
    Case(
        name="age",
        x="age_s:1e3..1e8/6log",
        y="temperature_k:300,330,358",
        at="ratio=10 spread=0.85",
        dies=4,
        images=500,
    ),
)
