"""Live chemical phase maps as numpy arrays, and frames sent as a detector would."""

from .codec import decode, encode
from .control import Control
from .detector import Detector, per_energy, shared
from .errors import Fault, MapFileError, Refused, WireError
from .map_file import MapSeries, read_maps
from .messages import (
    Advice,
    ControlReply,
    ControlRequest,
    CorrectionPlan,
    Counters,
    Drift,
    Frame,
    PhaseMap,
    Receipt,
    ReferenceCheck,
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
    "Advice",
    "Control",
    "ControlReply",
    "ControlRequest",
    "CorrectionPlan",
    "Counters",
    "Detector",
    "Drift",
    "Fault",
    "Frame",
    "MapFileError",
    "MapSeries",
    "PhaseMap",
    "Receipt",
    "ReferenceCheck",
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
