/** Real `phasecast run`, `simulate` and `view` processes on free ports of the loopback. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
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

export class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), "phasecast-view-"));
  private readonly running = new Set<ChildProcess>();
  private count = 0;

  /** Starts a pipeline; the file descriptor 3 tells its endpoints as soon as it listens. */
  async run(at: Endpoints = anyPort): Promise<{ pipeline: ChildProcess; endpoints: Endpoints }> {
    const references = join(this.folder, "references");
    if (!existsSync(references)) execFileSync(phasecast, ["simulate", ...sample, "--write-references", references]);
    const files = readdirSync(references).sort().map((name) => join(references, name));
    const pipeline = this.start(["run", "--frames", at.frames, "--maps", at.maps, "--control", at.control, "--references", ...files,
      "--pre-edge", "8180:8320", "--output", join(this.folder, "recorded"), "--endpoints", "/dev/fd/3"], "pipe");
    const line = await this.firstLine(pipeline, pipeline.stdio[3] as NodeJS.ReadableStream, () => true);
    return { pipeline, endpoints: JSON.parse(line) as Endpoints };
  }

  /** Starts the view server; returns the page's address. */
  async view({ maps, control }: Endpoints): Promise<string> {
    const view = this.start(["view", maps, "--control", control, "--port", "0"], "ignore", "pipe");
    const line = await this.firstLine(view, view.stdout!, (text) => text.startsWith("page "));
    return line.slice("page ".length);
  }

  /** Sends an experiment, and returns once all of it is sent. */
  async simulate({ frames }: Endpoints, ...options: string[]): Promise<void> {
    const detector = this.start(["simulate", ...sample, "--noise", "0.1", ...options, "--to", frames]);
    const [code] = (await once(detector, "exit")) as [number | null];
    if (code !== 0) throw new Error(`simulate ended with ${code}: ${this.logs()}`);
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

  private start(options: string[], third: "pipe" | "ignore" = "ignore", out: "pipe" | null = null): ChildProcess {
    const log = openSync(join(this.folder, `${options[0]}-${this.count++}.log`), "w");
    const child = spawn(phasecast, options, { stdio: ["ignore", out ?? log, log, third] });
    this.running.add(child);
    child.once("exit", () => this.running.delete(child));
    return child;
  }

  private async firstLine(child: ChildProcess, stream: NodeJS.ReadableStream, wanted: (line: string) => boolean): Promise<string> {
    for await (const line of createInterface(stream)) if (wanted(line)) return line;
    throw new Error(`${child.spawnargs.slice(0, 2).join(" ")} ended before it listened: ${this.logs()}`);
  }

  private logs(): string {
    return readdirSync(this.folder).filter((name) => name.endsWith(".log"))
      .map((name) => `\n${name}:\n${readFileSync(join(this.folder, name), "utf8").slice(-2000)}`).join("");
  }
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
