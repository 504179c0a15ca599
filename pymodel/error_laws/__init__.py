"""Published error laws of analog (multi-level) memory cells.

Three orthogonal hooks: a programming error, a drift, a read noise. Each law is its own frozen class
that names its source, its unit and its range, and refuses what lies outside.
"""

from pymodel.error_laws.base import (
    DeviceLaw,
    Drift,
    ProgrammingLaw,
    ReadNoise,
    Span,
)
from pymodel.error_laws.generic import AbsoluteError, AssumedParabola, RelativeError
from pymodel.error_laws.pcm import PcmDrift, PcmProgramming, PcmReadNoise
from pymodel.error_laws.rram import CmoHfox, HfO2, NeuRram
from pymodel.error_laws.sonos import SonosDrift, SonosProgramming, SonosReadNoise

__all__ = [
    "AbsoluteError",
    "AssumedParabola",
    "CmoHfox",
    "DeviceLaw",
    "Drift",
    "HfO2",
    "NeuRram",
    "PcmDrift",
    "PcmProgramming",
    "PcmReadNoise",
    "ProgrammingLaw",
    "ReadNoise",
    "RelativeError",
    "SonosDrift",
    "SonosProgramming",
    "SonosReadNoise",
    "Span",
]
