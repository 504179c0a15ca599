"""The analog core of the chip in NumPy: devices, cell arrays, reader, MACs, comparators.

`Macro` is driven pin event by pin event, as the digital side drives the black box `cnr_macro`;
`Network` computes whole batches of images with the same arithmetic and gives the same bits.
"""

from pymodel.device import Device, load_device
from pymodel.environment import Environment
from pymodel.macro import Macro
from pymodel.network import Network, Outputs
from pymodel.noise import Effects
from pymodel.pins import Drive, Phases, ReadPulse, ReadReset, Sense

__all__ = [
    "Device",
    "Drive",
    "Effects",
    "Environment",
    "Macro",
    "Network",
    "Outputs",
    "Phases",
    "ReadPulse",
    "ReadReset",
    "Sense",
    "load_device",
]
