"""A window with the newest map: each state's fraction, and how uncertain it is. Ends when it is closed."""

from __future__ import annotations

import argparse
from typing import Any

import matplotlib.pyplot as plt

import phasecast

REDRAW_S = 0.1  # so long the window may wait for a map before it looks at the mouse


class Window:
    def __init__(self, states: tuple[str, ...]) -> None:
        self.figure, axes = plt.subplots(2, len(states), squeeze=False, layout="constrained")
        self.fractions = [self._image(axis, state, 1) for axis, state in zip(axes[0], states)]
        self.uncertainties = [self._image(axis, f"± {state}", 0.2) for axis, state in zip(axes[1], states)]
        plt.show(block=False)

    def _image(self, axis: Any, title: str, highest: float) -> Any:
        axis.set_title(title)
        image = axis.imshow([[0]], vmin=0, vmax=highest, cmap="viridis")
        self.figure.colorbar(image, ax=axis)
        return image

    def draw(self, phase_map: phasecast.PhaseMap) -> None:
        height, width = phase_map.shape
        layers = [*phase_map.fraction, *phase_map.uncertainty]
        for image, layer in zip(self.fractions + self.uncertainties, layers):
            image.set(data=layer, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
        used, planned = len(phase_map.energies_used), len(phase_map.energies_ev)
        state = "final" if phase_map.final else "provisional"
        self.figure.suptitle(f"scan {phase_map.scan_index}: {used} of {planned} energies, {state}")
        self.figure.canvas.draw_idle()

    def is_open(self) -> bool:
        self.figure.canvas.flush_events()
        return bool(plt.fignum_exists(self.figure.number))


def watch(viewer: phasecast.Subscriber, finals: int | None) -> Window | None:
    """Shows maps until the window is closed, or so many final ones were shown."""
    window = None
    while (window is None or window.is_open()) and finals != 0:
        try:
            phase_map = next(viewer.maps(latest=True, timeout_s=REDRAW_S if window else None))
        except TimeoutError:
            continue
        window = window or Window(phase_map.states)
        window.draw(phase_map)
        if finals is not None:
            finals -= phase_map.final
    return window


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("maps", nargs="?", help="endpoint of phasecast run's maps")
    parser.add_argument("--finals", type=int, help="end after so many final maps")
    parser.add_argument("--png", help="save what is shown at the end")
    given = parser.parse_args()
    with phasecast.Subscriber(given.maps, (phasecast.PhaseMap,)) as subscriber:
        last = watch(subscriber, given.finals)
    if last and given.png:
        last.figure.savefig(given.png)
