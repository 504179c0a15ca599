"""The amplifier of the integrators and pools: finite gain, one pole, input capacitance."""

from __future__ import annotations

from chips.sections import Mac

DC_GAIN = 1e4  # assumed: 80 dB


def unity_gain_rad_s(mac: Mac, c_f_f: float) -> float:
    """Unity-gain frequency that gives the chip's settling time with a feedback capacitor.

    The loop gain of an integrator is omega_u / s times C_f / (C_f + C_in), so it settles with
    tau = (1 + C_in / C_f) / omega_u.
    """
    return (1 + mac.c_in_ff * 1e-15 / c_f_f) / (mac.settle_tau_ns * 1e-9)


def amplifier(mac: Mac, name: str, minus: str, out: str, unity_rad_s: float) -> list[str]:
    """Amplifier between two nodes, its other input at ground.

    A transconductance of 1 S drives its pole, R = A0 and C = 1 / omega_u, and a buffer the output.
    """
    return [
        f"G{name} 0 p{name} 0 {minus} 1",
        f"R{name} p{name} 0 {DC_GAIN}",
        f"C{name} p{name} 0 {1 / unity_rad_s}",
        f"E{name} {out} 0 p{name} 0 1",
        f"Cin{name} {minus} 0 {mac.c_in_ff * 1e-15}",
    ]
