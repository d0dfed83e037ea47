/** What the map on the screen says about its references: a shift per state, what is left over, and what seems to be missing. */
import { Chart, line, symmetric, xAxis, yAxis } from "./chart.js";
import { stateColor } from "./colors.js";
import { byId, part, setText } from "./dom.js";
import { chemical, short } from "./format.js";
import type { ReferenceCheck } from "./generated/phasecast_pb.js";
import type { PhaseMap } from "./protocol.js";
import { liesOff, shiftText } from "./rules.js";

export class CheckView {
  private readonly residual = new Chart(byId("check-residual"), 90);
  private readonly suggested = new Chart(byId("check-suggested"), 90);

  show({ header }: PhaseMap): void {
    const check = header.referenceCheck;
    const section = byId("check-section");
    section.hidden = !check;
    if (!check) return;
    section.dataset["mood"] = check.structured ? "bad" : "idle";
    byId("shifts").replaceChildren(...header.states.map((name, state) => {
      const shift = part(`${chemical(name)} ${shiftText(check.shiftEv[state]!, check.shiftUncertaintyEv[state]!)}`, stateColor(state));
      if (liesOff(check, state)) shift.dataset["mood"] = check.shiftApplied ? "warn" : "bad";
      return shift;
    }));
    setText(byId("check-text"), words(check));
    draw("check-residual", this.residual, check.residualEv, check.residual, "residual", "#b48ead", symmetric);
    draw("check-suggested", this.suggested, check.residualEv, check.suggested, "missing state?", "#d7dae0");
  }
}

function draw(id: string, chart: Chart, energiesEv: number[], values: number[], label: string, color: string,
  range?: (low: number, high: number) => [number, number]): void {
  byId(id).hidden = values.length === 0;
  if (values.length === 0) return;
  const order = energiesEv.map((_, index) => index).sort((a, b) => energiesEv[a]! - energiesEv[b]!);
  chart.show(label, () => ({
    scales: { x: { time: false }, y: range ? { range: (_, low, high) => range(low, high) } : {} },
    cursor: { sync: { key: "check" } },
    axes: [xAxis("energy / eV", { size: 22 }), yAxis(label, { space: 18 })],
    series: [{ label: "eV" }, line(label, color, 1)],
  }), [order.map((index) => energiesEv[index]!), order.map((index) => values[index]!)]);
}

function words(check: ReferenceCheck): string {
  const times = check.residualStructure === undefined ? "" : `: ${short(check.residualStructure)} times what noise explains`;
  const left = `mean residual${times}${check.structured ? "; a reference is wrong or missing" : ""}`;
  return check.shiftApplied ? `the map is made with the shifted references; ${left}` : left;
}
