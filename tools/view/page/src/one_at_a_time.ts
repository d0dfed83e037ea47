/** Runs a request; wishes made while it runs are served once, after it. A failed one is told and may be wished again. */
export class OneAtATime {
  private running = false;
  private wished = false;
  /** The last request failed, so what is shown is older than what was wished. */
  stale = false;

  constructor(private readonly request: () => Promise<void>, private readonly failed: (error: Error) => void) {}

  wish(): void {
    this.wished = true;
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.wished) {
      this.wished = false;
      try {
        await this.request();
        this.stale = false;
      } catch (error) {
        this.stale = true;
        this.failed(error as Error);
      }
    }
    this.running = false;
  }
}
