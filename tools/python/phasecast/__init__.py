"""Live chemical phase maps as numpy arrays, and frames sent as a detector would."""

from .codec import decode, encode
from .control import Control
from .detector import Detector, per_energy, shared
from .errors import Fault, MapFileError, Refused, WireError
from .map_file import MapSeries, read_maps
from .messages import (
    ControlReply,
    ControlRequest,
    CorrectionPlan,
    Counters,
    Frame,
    PhaseMap,
    Receipt,
    References,
    Region,
    RegionSpectrum,
    ScanEnd,
    ScanStart,
    Status,
)
from .scan import Scan
from .subscriber import Subscriber, maps

__version__ = "0.1.0"

__all__ = [
    "Control",
    "ControlReply",
    "ControlRequest",
    "CorrectionPlan",
    "Counters",
    "Detector",
    "Fault",
    "Frame",
    "MapFileError",
    "MapSeries",
    "PhaseMap",
    "Receipt",
    "References",
    "Refused",
    "Region",
    "RegionSpectrum",
    "Scan",
    "ScanEnd",
    "ScanStart",
    "Status",
    "Subscriber",
    "WireError",
    "decode",
    "encode",
    "maps",
    "per_energy",
    "read_maps",
    "shared",
]
