"""Measures energies one by one, and ends the scan when the map is good enough.

The loop that a bluesky plan or a macro has, with phasecast in it: coarse energies first, finer ones between
while they are needed. `phasecast run --map-every 1` answers after every energy.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt

import phasecast
from simulated_beamline import ENERGIES_EV, SHAPE, Beamline


def coarse_to_fine(energies_ev: npt.NDArray[np.float64], stride: int = 8) -> npt.NDArray[np.float64]:
    """Every eighth energy, then those halfway between, and so on."""
    order = [index for first in (0, 4, 2, 6, 1, 5, 3, 7) for index in range(first, len(energies_ev), stride)]
    return energies_ev[order]


def is_good(phase_map: phasecast.PhaseMap, uncertainty: float) -> bool:
    """Whether half of the pixels are known this well, and the solver changes them by less than that."""
    typical = float(np.median(phase_map.uncertainty[:, phase_map.valid]))
    energies = len(phase_map.energies_used)
    print(f"{energies} energies: uncertainty {typical:.4f}, last change {phase_map.map_change:.4f}")
    return typical < uncertainty and phase_map.map_change < uncertainty


def map_so_far(
    viewer: phasecast.Subscriber, scan: phasecast.Scan, wait_s: float
) -> phasecast.PhaseMap | None:
    """The map with everything sent; None if there is none in time. Then measuring goes on meanwhile."""
    try:
        return viewer.wait_for(
            phasecast.PhaseMap,
            lambda m: m.scan_id == scan.start.scan_id and m.last_sequence >= scan.last_sequence,
            wait_s,
        )
    except TimeoutError:
        return None


def measure(beamline: Beamline, uncertainty: float, look_every: int, wait_s: float) -> phasecast.PhaseMap:
    energies_ev = coarse_to_fine(ENERGIES_EV)
    with phasecast.Subscriber() as viewer, phasecast.Detector() as detector:
        with detector.scan(energies_ev, SHAPE, darks=1, flats=phasecast.per_energy()) as scan:
            scan.dark(beamline.dark())
            for index, energy_ev in enumerate(energies_ev):
                beamline.move_to(energy_ev)
                scan.flat(beamline.flat(), index)
                scan.sample(beamline.image(), index)
                if (index + 1) % look_every == 0:
                    phase_map = map_so_far(viewer, scan, wait_s)
                    if phase_map and is_good(phase_map, uncertainty):
                        break  # the scan ends, complete with what was measured
        return viewer.wait_for(phasecast.PhaseMap, lambda m: m.final and m.scan_id == scan.start.scan_id, 60)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--uncertainty", type=float, default=0.02, help="of a fraction, one standard deviation"
    )
    parser.add_argument("--look-every", type=int, default=6, help="energies")
    parser.add_argument("--wait", type=float, default=2, help="s, for a map before measuring on")
    given = parser.parse_args()
    final = measure(Beamline(), given.uncertainty, given.look_every, given.wait)
    print(f"scan {final.scan_id} ended with {len(final.energies_used)} of {len(final.energies_ev)} energies")
