/** Every counter, by the branch of the pipeline where it counts. */
import { byId, make } from "./dom.js";
import { count } from "./format.js";
import type { Status } from "./generated/phasecast_pb.js";
import { rejectedCount } from "./rules.js";

export interface PageCounters {
  mapsReceived: number;
  mapsDrawn: number;
  /** newer ones came before they could be drawn */
  mapsReplaced: number;
}

type Row = [name: string, value: number | bigint, trouble?: "bad" | "warn"];

function branches(status: Status, page: PageCounters): [string, Row[]][] {
  const c = status.counters!;
  const rejected = Object.entries(c.rejected).map(([cause, amount]): Row => [`rejected: ${cause}`, amount, "bad"]);
  const refused = Object.entries(c.refused).map(([socket, amount]): Row => [socket, amount, "warn"]);
  const queues = Object.entries(status.queueDepths).map(([branch, depth]): Row => [branch, depth]);
  return [
    ["receive", [["received", c.received], ...(rejectedCount(c) > 0 ? rejected : ([["rejected", 0]] as Row[])),
      ["missing", c.missing, "bad"], ["foreign", c.foreign, "warn"], ["duplicate", c.duplicate]]],
    ["record", [["recorded", c.recorded], ["waiting", status.recorderLagFrames]]],
    ["map", [["used", c.used], ["late", c.late, "bad"], ["unpaired", c.unpaired, "bad"],
      ["unregistered energies", c.unregistered, "bad"], ["repaired pixels", c.repairedPixels]]],
    ["scans", [["started", c.scansStarted], ["closed", c.scansClosed], ["aborted", c.scansAborted, "warn"], ["timed out", c.scansTimedOut, "bad"]]],
    ["publish", [["provisional", c.mapsProvisional], ["final", c.mapsFinal], ["dropped for slow viewers", c.viewerDrops, "warn"]]],
    ...(refused.length > 0 ? ([["refused connections", refused]] as [string, Row[]][]) : []),
    ["this page", [["maps received", page.mapsReceived], ["drawn", page.mapsDrawn], ["replaced by newer", page.mapsReplaced]]],
    ...(queues.length > 0 ? ([["queues", queues]] as [string, Row[]][]) : []),
  ];
}

export function showCounters(status: Status, page: PageCounters): void {
  if (!status.counters) return;
  const blocks = branches(status, page).map(([branch, rows]) => {
    const list = rows.map(([name, value, trouble]) => {
      const row = make("div", "row", "", make("dt", "", name), make("dd", "", count(value)));
      row.dataset["counter"] = `${branch}/${name}`;
      if (trouble && Number(value) > 0) row.dataset["mood"] = trouble;
      return row;
    });
    return make("dl", "branch", "", make("h3", "", branch), ...list);
  });
  byId("counters").replaceChildren(...blocks);
}
