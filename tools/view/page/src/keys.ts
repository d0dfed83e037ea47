/** The keyboard. index.html lists the keys for the person. */

export type Action =
  | "older" | "newer" | "oldest" | "live" | "zoomIn" | "zoomOut" | "fit" | "fade" | "colors" | "move" | "all"
  | "uncertainty" | "residual" | "scale" | "mask" | "acknowledge" | "png" | "npy" | "csv" | "clear" | "help"
  | "pixelLeft" | "pixelRight" | "pixelUp" | "pixelDown";

const keys: Record<string, Action> = {
  ArrowLeft: "older", ArrowRight: "newer", Home: "oldest", End: "live", l: "live",
  "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", "0": "fit",
  f: "fade", c: "colors", v: "move", u: "uncertainty", r: "residual", s: "scale", m: "mask",
  a: "acknowledge", p: "png", n: "npy", t: "csv", Escape: "clear", "?": "help",
  "Shift+ArrowLeft": "pixelLeft", "Shift+ArrowRight": "pixelRight", "Shift+ArrowUp": "pixelUp", "Shift+ArrowDown": "pixelDown",
};

export function listenToKeys(act: (action: Action) => void, showAlone: (panel: number) => void): void {
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    const inDialog = document.querySelector("dialog[open]") !== null; // it closes on Escape by itself
    if (inField || inDialog || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = event.shiftKey && event.key.startsWith("Arrow");
    const action = keys[arrow ? `Shift+${event.key}` : event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (/^[1-9]$/.test(event.key)) showAlone(Number(event.key) - 1);
    else if (action) act(action);
    else return;
    event.preventDefault();
  });
}
