"""Drivers and monitors: the only places that touch the signals of a design."""
