"""The devices that a network can be put on, each with the range that its weights use."""

from __future__ import annotations

from pymodel.error_laws.base import DeviceLaw, Span
from pymodel.error_laws.generic import AssumedParabola
from pymodel.error_laws.pcm import PcmDrift, PcmProgramming, PcmReadNoise
from pymodel.error_laws.rram import CmoHfox, HfO2, NeuRram
from pymodel.error_laws.sonos import SonosDrift, SonosProgramming, SonosReadNoise

# The published ratio of ON to OFF is 10; the error at the top is chosen here.
TAOX_ASSUMPTION = "2 % of G_max at G_max, falling with G^2; the height is assumed, not published"


def taox(peak_share: float = 0.02, g_max: float = 100.0) -> DeviceLaw:
    """TaOx of Sandia with a parabola c2 G^2 through 0: an ASSUMPTION.

    Parameters
    ----------
    peak_share : error at `g_max`, in parts of it
    g_max : in uS; nothing depends on it
    """
    law = AssumedParabola(TAOX_ASSUMPTION, 0.0, 0.0, peak_share / g_max, g_max)
    return DeviceLaw(
        "TaOx (assumed)",
        "M. J. Marinella et al., 2022: approximately parabolic; coefficient assumed",
        Span(g_max / 10, g_max, "uS"),
        law,
    )


def devices() -> tuple[DeviceLaw, ...]:
    """Every device, with its widest range of weights."""
    return (
        taox(),
        DeviceLaw("CMO/HfOx 2 %", "Falcone 2025", Span(8.0, 90.0, "uS"), CmoHfox(2.0)),
        DeviceLaw("HfO2", "Milo, IRPS 2021", Span(50.0, 225.0, "uS"), HfO2()),
        DeviceLaw("NeuRRAM", "Wan, Nature 2022", Span(0.0, 39.26, "uS"), NeuRram()),
        DeviceLaw(
            "SONOS",
            "Agrawal, IEDM 2022; Xiao, TCAS-I 2022",
            Span(0.0, 1600.0, "nA"),
            SonosProgramming(),
            SonosDrift(),
            SonosReadNoise(),
        ),
        DeviceLaw(
            "PCM",
            "Joshi, Nature Communications 2020",
            Span(0.0, 25.0, "uS"),
            PcmProgramming(),
            PcmDrift(),
            PcmReadNoise(),
        ),
    )
