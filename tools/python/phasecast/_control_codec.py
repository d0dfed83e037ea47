"""Requests and their answers, as in messages/wire/codec_control.cpp."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from . import _check
from ._wire import wire
from ._check import Check
from ._header import PROTOCOL_VERSION, read_header, to_wire
from ._pixels import Bytes
from .messages import ControlReply, ControlRequest, Receipt, References, Region, RegionSpectrum


def encode_control_request(request: ControlRequest) -> list[Bytes]:
    header = wire.ControlRequest(version=PROTOCOL_VERSION, command=to_wire(wire.Command, request.command))
    if request.region:
        region = request.region
        header.region.CopyFrom(wire.Region(x=region.x, y=region.y, width=region.width, height=region.height))
    if request.scan_id:
        header.scan_id = request.scan_id
    return [b"control_request", header.SerializeToString()]


def decode_control_request(parts: Sequence[Bytes]) -> ControlRequest:
    header = read_header(parts, wire.ControlRequest, "control request")
    check = Check("control request")
    command = check.enumerator("value", "command", wire.Command, header.command)
    if command == "get_receipt":
        return ControlRequest(command, scan_id=check.id("scan_id", header.scan_id))
    if command != "get_region_spectrum":
        return ControlRequest(command)
    return ControlRequest(command, _region(check, check.present("shape", "region", header)))


def decode_control_reply(parts: Sequence[Bytes]) -> ControlReply:
    header = read_header(parts, wire.ControlReply, "control reply")
    check = Check("control reply")
    return ControlReply(check.present("value", "ok", header), check.text("text", header.text))


def _region(check: Check, region: Any) -> Region:
    return Region(
        check.range("shape", "region.x", check.present("shape", "region.x", region), 0, _check.SIDE - 1),
        check.range("shape", "region.y", check.present("shape", "region.y", region), 0, _check.SIDE - 1),
        check.range("shape", "region.width", region.width, 1, _check.SIDE - region.x),
        check.range("shape", "region.height", region.height, 1, _check.SIDE - region.y),
    )


def decode_region_spectrum(parts: Sequence[Bytes]) -> RegionSpectrum:
    header = read_header(parts, wire.RegionSpectrum, "region spectrum")
    check = Check("region spectrum", scan_id=header.scan_id)
    indices = check.indices("energy_indices", header.energy_indices, set(), _check.ENERGIES)
    if np.any(np.diff(indices) <= 0):
        raise check.fault("energy", "energy_indices", header.energy_indices, "increasing indices")
    carried = check.indices("energies_carried", header.energies_carried, set(), _check.ENERGIES)
    for index in carried:
        if index not in indices:
            raise check.fault("energy", "energies_carried", index, "one of energy_indices")
    has_map = header.HasField("map_number")
    states = check.states(header.states) if has_map else ()
    energies, modelled = len(indices), len(indices) if has_map else 0
    region = _region(check, check.present("shape", "region", header))
    pixels = check.present("value", "pixels", header)
    for energy in header.energies_ev:
        check.energy("energies_ev", energy)
    for deviation in header.uncertainty:
        check.not_negative("uncertainty", deviation)
    return RegionSpectrum(
        scan_id=check.id("scan_id", header.scan_id),
        region=region,
        pixels=check.range("value", "pixels", pixels, 0, region.width * region.height),
        energy_indices=indices,
        energies_ev=check.numbers("energies_ev", header.energies_ev, energies, "energy index"),
        absorbance=check.numbers("absorbance", header.absorbance, energies, "energy index"),
        energies_carried=carried,
        map_number=header.map_number if has_map else None,
        states=states,
        fraction=check.numbers("fraction", header.fraction, len(states), "state"),
        uncertainty=check.numbers("uncertainty", header.uncertainty, len(states), "state"),
        scale=check.finite("scale", header.scale),
        background=check.numbers("background", header.background, modelled, "energy index"),
        fit=check.numbers("fit", header.fit, modelled, "energy index"),
    )


def decode_references(parts: Sequence[Bytes]) -> References:
    header = read_header(parts, wire.References, "references")
    check = Check("references", scan_id=header.scan_id)
    scan_id = check.id("scan_id", header.scan_id)
    states = check.states(header.states)
    energies_ev = check.energies(header.energies_ev)
    count = len(states) * len(energies_ev)
    absorbance = check.numbers("absorbance", header.absorbance, count, "state and energy")
    return References(scan_id, states, energies_ev, absorbance.reshape(len(states), len(energies_ev)))


def decode_receipt(parts: Sequence[Bytes]) -> Receipt:
    header = read_header(parts, wire.Receipt, "receipt")
    check = Check("receipt", scan_id=header.scan_id)
    scan_id = check.id("scan_id", header.scan_id)
    closed = check.present("value", "closed", header)
    runs: list[range] = []
    for run in header.recorded:
        sent = check.present("value", "recorded.first", run)
        first = check.range("value", "recorded.first", sent, runs[-1].stop + 1 if runs else 0, _check.SCAN_FRAMES - 1)
        count = check.range("value", "recorded.count", run.count, 1, _check.SCAN_FRAMES - first)
        runs.append(range(first, first + count))
    return Receipt(scan_id, closed, tuple(runs))
