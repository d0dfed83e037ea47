/** Real `phasecast run`, `simulate` and `view` processes on free ports of the loopback. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Maps } from "./scene.js";

export const phasecast = process.env["PHASECAST_COMMAND"] ?? `${process.env["PHASECAST_SOURCE"]}/build/release/phasecast`;

/** Why the tests with real processes cannot run here; false if they can. */
export function whyNot(): string | false {
  if (!existsSync(phasecast)) return `${phasecast} is not built`;
  return spawnSync(phasecast, ["view", "--help"]).status === 0 ? false : `${phasecast} has no view command`;
}

export interface Endpoints {
  frames: string;
  maps: string;
  control: string;
}

const anyPort: Endpoints = { frames: "tcp://127.0.0.1:*", maps: "tcp://127.0.0.1:*", control: "tcp://127.0.0.1:*" };
export const size = { height: 96, width: 128 };
const sample = ["--scene", "particle", "--height", String(size.height), "--width", String(size.width), "--states", "2"];

interface Running {
  child: ChildProcess;
  /** what it said so far, on both streams */
  lines: string[];
}

export class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), "phasecast-view-"));
  private readonly running = new Set<ChildProcess>();

  /** Starts a pipeline, and returns once it listens. */
  async run(at: Endpoints = anyPort): Promise<{ pipeline: ChildProcess; endpoints: Endpoints }> {
    const references = join(this.folder, "references");
    if (!existsSync(references)) execFileSync(phasecast, ["simulate", ...sample, "--write-references", references]);
    const files = readdirSync(references).sort().map((name) => join(references, name));
    const started = this.start("run", "--frames", at.frames, "--maps", at.maps, "--control", at.control, "--references", ...files,
      "--pre-edge", "8180:8320", "--output", join(this.folder, "recorded"));
    const ready = await said(started, /ready frames=(\S+) maps=(\S+) control=(\S+)/);
    return { pipeline: started.child, endpoints: { frames: ready[1]!, maps: ready[2]!, control: ready[3]! } };
  }

  /** Starts the view server; returns the page's address. */
  async view({ maps, control }: Endpoints, ...options: string[]): Promise<string> {
    return (await said(this.start("view", maps, "--control", control, "--port", "0", ...options), /^page (\S+)/))[1]!;
  }

  /** Sends an experiment, and returns once all of it is sent. */
  async simulate({ frames }: Endpoints, ...options: string[]): Promise<void> {
    const { child, lines } = this.start("simulate", ...sample, "--noise", "0.1", ...options, "--to", frames);
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`simulate ended with ${code}:\n${lines.join("\n")}`);
  }

  async end(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  }

  async endAll(): Promise<void> {
    for (const process of [...this.running]) await this.end(process, "SIGKILL");
    rmSync(this.folder, { recursive: true });
  }

  private start(...options: string[]): Running {
    const child = spawn(phasecast, options, { stdio: ["ignore", "pipe", "pipe"] });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        child.emit("said", line);
      });
    this.running.add(child);
    child.once("exit", () => this.running.delete(child));
    return { child, lines };
  }
}

/** The first line that matches; an error if the process ends without one. */
function said({ child, lines }: Running, wanted: RegExp): Promise<RegExpMatchArray> {
  return new Promise((found, failed) => {
    child.on("said", (line: string) => {
      const match = line.match(wanted);
      if (match) found(match);
    });
    child.once("close", () => failed(new Error(`${child.spawnargs.slice(0, 2).join(" ")} ended without saying ${wanted}:\n${lines.join("\n")}`)));
  });
}

/** The fractions [state, y, x] that a scan was simulated with; it was told to keep them with `-o FOLDER/sent.h5`. */
export function trueFractions(folder: string, scan: number): number[] {
  const file = join(folder, `sent_${String(scan).padStart(3, "0")}.h5`);
  const program = "import h5py, json, sys; print(json.dumps(h5py.File(sys.argv[1])['truth/fraction'][:].ravel().tolist()))";
  const text = execFileSync("/usr/bin/python3", ["-c", program, file], { maxBuffer: 2 ** 28 }).toString();
  return JSON.parse(text.replaceAll("NaN", "null")) as number[];
}

const reader = `
import base64, glob, h5py, json, sys
data = h5py.File(glob.glob(sys.argv[1] + "/recorded/*/maps.h5")[0])["entry/chemical_state"]
names = ["fraction", "uncertainty", "scale", "residual", "mask"]
print(json.dumps([{name: base64.b64encode(data[name][i].tobytes()).decode() for name in names} for i in range(len(data["mask"]))]))
`;

/** The final maps that the ended pipeline wrote to disk, read by h5py. */
export function recordedMaps(folder: string): Maps[] {
  const text = execFileSync("/usr/bin/python3", ["-c", reader, folder], { maxBuffer: 2 ** 28 }).toString();
  return (JSON.parse(text) as Record<keyof Maps, string>[]).map((each) => {
    const bytes = (name: keyof Maps): ArrayBuffer => Uint8Array.from(Buffer.from(each[name], "base64")).buffer;
    return {
      fraction: new Float32Array(bytes("fraction")), uncertainty: new Float32Array(bytes("uncertainty")),
      scale: new Float32Array(bytes("scale")), residual: new Float32Array(bytes("residual")), mask: new Uint8Array(bytes("mask")),
    };
  });
}
