/** A scripted experiment on a mock server: scans of a scene, their maps kept, and answers that fit to them. */
import { Command, PipelineState, ScanStatus } from "../../tools/view/page/src/generated/phasecast_pb.js";
import type { Box } from "../../tools/view/page/src/protocol.js";
import type { MockServer } from "./mock.js";
import { type MapOptions, type Maps, potentialOf, Scene, scanId, status, type StatusFields, timeOf } from "./scene.js";

export class Experiment {
  readonly scene: Scene;
  private number = 0;
  private newest: MapOptions | null = null;
  readonly counters: Record<string, unknown> = {};

  constructor(readonly server: MockServer, options: Partial<Scene["options"]> = {}) {
    this.scene = new Scene({ width: 64, height: 48, states: ["Ni2+", "Ni3+"], energies: 117, scans: 20, noise: 0.03, ...options });
    server.states = this.scene.options.states;
    server.answer = (command, region) => this.reply(command, region);
  }

  start(scan: number): void {
    this.server.send(this.scene.scanStart(scan));
  }

  /** Publishes a map and keeps it. */
  publish(options: Omit<MapOptions, "number">, maps?: Maps): Maps {
    const { map, made } = this.keep(options, maps);
    this.server.send(map);
    return made;
  }

  /** A map of before the page was opened. */
  keep(options: Omit<MapOptions, "number">, maps?: Maps): { map: Uint8Array[]; made: Maps } {
    const { states, width, height, scans } = this.scene.options;
    const number = this.number++;
    const { scan, used, residual = 0.05 } = options;
    const made = maps ?? this.scene.maps({ scan, used, residual });
    const map = this.scene.phaseMap({ ...options, number }, made);
    this.newest = { ...options, number };
    const means = (box: Box): (number | null)[] => states.map((_, state) => meanOf(made, state, width, height, box));
    this.server.kept.push({
      entry: {
        map_number: number, run: 0, scan_id: scanId(scan), scan_index: scan, final: options.final,
        received_utc_ns: String(timeOf(scan, used)), energies_used: used,
        metadata: { potential_V: potentialOf(scan, scans).toFixed(2) }, means: means({ x: 0, y: 0, width, height }), residual,
      },
      parts: map, region: means,
    });
    return { map, made };
  }

  status(fields: StatusFields): void {
    const scan = this.newest?.scan ?? 0, used = this.newest?.used ?? 0;
    Object.assign(this.counters, fields.counters);
    this.server.send(status({
      scanId: scanId(scan), scanIndex: scan, energiesPlanned: this.scene.options.energies, energiesReceived: used,
      framesPerSecond: 1.97, latencyP95Ms: 38, publishedUtcNs: timeOf(scan, used), queueDepths: { record: 0n, solve: 1n },
      ...fields, counters: this.counters,
    }));
  }

  end(scan: number, aborted = "", state = PipelineState.WAITING): void {
    this.server.send(this.scene.scanEnd(scan, aborted ? ScanStatus.ABORTED : ScanStatus.COMPLETE, aborted));
    this.status({ state });
  }

  private reply(command: Command, region: Box | null): Uint8Array[] | string {
    if (!this.newest) return "no scan yet";
    if (command === Command.GET_REFERENCES) return this.scene.references(this.newest.scan);
    if (command === Command.GET_REGION_SPECTRUM && region) return this.scene.regionSpectrum(region, this.newest);
    return `command ${command} is not expected here`;
  }
}

/** Mean fraction over the box's valid pixels, weighted by scale. */
export function meanOf(maps: Maps, state: number, width: number, height: number, box: Box): number | null {
  let sum = 0, weight = 0;
  for (let y = box.y; y < box.y + box.height; ++y)
    for (let x = box.x; x < box.x + box.width; ++x) {
      const pixel = y * width + x;
      if (maps.mask[pixel] !== 0) continue;
      sum += maps.scale[pixel]! * maps.fraction[state * width * height + pixel]!;
      weight += maps.scale[pixel]!;
    }
  return weight > 0 ? sum / weight : null;
}
