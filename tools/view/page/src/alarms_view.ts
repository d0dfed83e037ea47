import type { Alarm } from "./alarms.js";
import { byId, make } from "./dom.js";
import { clock } from "./format.js";

export function showAlarms(alarms: Alarm[], acknowledge: (key: string) => void): void {
  const rows = alarms.map((alarm) => {
    const button = make("button", "", "Acknowledge");
    button.addEventListener("click", () => acknowledge(alarm.key));
    const row = make("li", "", "", make("time", "", clock(alarm.sinceMs)), make("span", "", alarm.text), button);
    row.dataset["alarm"] = alarm.key;
    return row;
  });
  byId("alarms").replaceChildren(...rows);
  document.title = alarms.length > 0 ? `(${alarms.length}) phasecast` : "phasecast";
}
