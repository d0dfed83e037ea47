/** The WebSocket to the view server: opens, hears, notices silence, opens again. */
import { address } from "./server.js";
import { topicOf, unframe } from "./wire.js";

/** The server's own link to the pipeline, and `unreachable` when the server itself does not answer. */
export type LinkState = "absent" | "connected" | "silent" | "lost" | "wrong" | "unreachable";

export interface LinkReport {
  link: LinkState;
  text: string;
}

export interface LinkEvents {
  link(report: LinkReport): void;
  message(topic: string, parts: Uint8Array[]): void;
  /** A message that cannot be read; the next one may be good again. */
  fault(error: Error): void;
}

const retryMs = 1000;
/** A status comes every second while the pipeline is connected. */
const silenceMs = 5000;

export class Link {
  private socket: WebSocket | null = null;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private state: LinkState = "unreachable";

  constructor(private readonly events: LinkEvents) {
    this.open();
  }

  private open(): void {
    const socket = new WebSocket(address("/live").replace(/^http/, "ws"));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.hear(data as string | ArrayBuffer);
    socket.onclose = () => this.reopen(socket, "the view server does not answer; trying again");
    this.socket = socket;
  }

  private hear(data: string | ArrayBuffer): void {
    try {
      this.read(data);
    } catch (error) {
      this.events.fault(error as Error);
    }
    this.watch();
  }

  private read(data: string | ArrayBuffer): void {
    if (typeof data === "string") return this.report(JSON.parse(data) as LinkReport);
    const parts = unframe(data);
    this.events.message(topicOf(parts), parts);
  }

  private watch(): void {
    clearTimeout(this.silence);
    if (this.state !== "connected") return;
    const socket = this.socket;
    this.silence = setTimeout(() => {
      if (socket) this.reopen(socket, `nothing heard from the view server for ${silenceMs / 1000} s; trying again`);
    }, silenceMs);
  }

  private reopen(socket: WebSocket, why: string): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.silence);
    socket.close();
    this.report({ link: "unreachable", text: why });
    setTimeout(() => this.open(), retryMs);
  }

  private report(report: LinkReport): void {
    this.state = report.link;
    this.events.link(report);
  }
}
