/** A view server under the test's hand: it says exactly what the test tells it to. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { Command, ControlReplySchema, ControlRequestSchema } from "../../tools/view/page/src/generated/phasecast_pb.js";
import type { LinkReport } from "../../tools/view/page/src/link.js";
import { type Box, encode } from "../../tools/view/page/src/protocol.js";
import type { KeptMap } from "../../tools/view/page/src/server.js";
import { frame, topicOf, unframe } from "../../tools/view/page/src/wire.js";

export const pageFile = `${process.env["PHASECAST_SOURCE"]}/tools/view/page/dist/index.html`;

export class MockServer {
  token = "";
  report: LinkReport = { link: "connected", text: "connected" };
  states: string[] = [];
  kept: { entry: KeptMap; parts: Uint8Array[]; region?: (box: Box) => (number | null)[] }[] = [];
  answer: (command: Command, region: Box | null) => Uint8Array[] | string = () => "nothing to answer with";
  readonly requests: string[] = [];
  private readonly newest = new Map<string, Uint8Array[]>();
  private server: Server | null = null;
  private sockets: WebSocketServer | null = null;
  private port = 0;
  private away = false;

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.server.on("connection", (socket) => void (this.away && socket.destroy()));
    this.server.on("upgrade", (request, socket, head) => {
      if (!this.allowed(request)) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      this.sockets!.handleUpgrade(request, socket, head, (opened) => this.greet(opened));
    });
    await new Promise<void>((done) => this.server!.listen(0, "127.0.0.1", done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Ends all connections and takes no new ones until it comes back; its port stays its own. */
  goAway(): void {
    this.away = true;
    for (const client of this.sockets!.clients) client.terminate();
    this.server!.closeAllConnections();
  }

  comeBack(): void {
    this.away = false;
  }

  async stop(): Promise<void> {
    this.goAway();
    await new Promise((done) => this.server!.close(done));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/${this.token ? `?token=${this.token}` : ""}`;
  }

  link(report: LinkReport): void {
    this.report = report;
    this.each((client) => client.send(JSON.stringify(report)));
  }

  send(parts: Uint8Array[]): void {
    this.newest.set(topicOf(parts), parts);
    const bytes = frame(parts);
    this.each((client) => client.send(bytes));
  }

  /** Whether all that was sent has left for the pages: a machine that is busy takes maps more slowly. */
  get taken(): boolean {
    return [...this.sockets!.clients].every((client) => client.bufferedAmount === 0);
  }

  /** A new page is told nothing of before. */
  forget(): void {
    this.newest.clear();
    this.kept = [];
  }

  private each(tell: (client: WebSocket) => void): void {
    for (const client of this.sockets!.clients) if (client.readyState === WebSocket.OPEN) tell(client);
  }

  private greet(client: WebSocket): void {
    client.send(JSON.stringify(this.report));
    for (const topic of ["scan_start", "phase_map", "status"]) {
      const parts = this.newest.get(topic);
      if (parts) client.send(frame(parts));
    }
  }

  private allowed(request: IncomingMessage): boolean {
    const { searchParams } = new URL(request.url!, "http://localhost");
    return !this.token || searchParams.get("token") === this.token;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    this.requests.push(pathname);
    const reply = (code: number, type: string, body: string | Uint8Array): void =>
      void response.writeHead(code, { "content-type": type, "cache-control": "no-store" }).end(body);
    if (pathname === "/") return reply(200, "text/html", readFileSync(pageFile));
    if (!this.allowed(request)) return reply(401, "text/plain", "token missing or wrong");
    if (pathname === "/history") return reply(200, "application/json", this.history(searchParams));
    if (pathname === "/control") return this.control(await body(request), reply);
    const kept = this.kept.find(({ entry }) => pathname === `/maps/${entry.run}/${entry.map_number}`);
    if (kept) return reply(200, "application/octet-stream", frame(kept.parts));
    reply(404, "text/plain", `${pathname} is not kept`);
  }

  private history(parameters: URLSearchParams): string {
    const place = ["x", "y", "width", "height"].map((name) => Number(parameters.get(name)));
    const box: Box = { x: place[0]!, y: place[1]!, width: place[2]!, height: place[3]! };
    const maps = this.kept.map(({ entry, region }) =>
      parameters.has("x") && region ? { ...entry, means: region(box) } : entry);
    return JSON.stringify({ maps, states: this.states });
  }

  private control(bytes: Uint8Array, reply: (code: number, type: string, body: string | Uint8Array) => void): void {
    const copy = new ArrayBuffer(bytes.length);
    new Uint8Array(copy).set(bytes);
    const request = fromBinary(ControlRequestSchema, unframe(copy)[1]!);
    const { region } = request;
    const complete = region?.x !== undefined && region.y !== undefined;
    if (request.command === Command.GET_REGION_SPECTRUM && !complete) return reply(400, "text/plain", "region: x or y is absent");
    const box = complete ? { x: region.x!, y: region.y!, width: region.width, height: region.height } : null;
    const answer = this.answer(request.command, box);
    const ok = typeof answer !== "string";
    const header = toBinary(ControlReplySchema, create(ControlReplySchema, { version: 1, ok, text: ok ? "" : answer }));
    reply(200, "application/octet-stream", frame([encode("control_reply"), header, ...(ok ? answer : [])]));
  }
}

async function body(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
