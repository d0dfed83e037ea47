/** Alarms stay until a person acknowledges them; more of the same raises them again. */

export interface Alarm {
  key: string;
  /** how often, or how many: acknowledging covers up to here */
  amount: number;
  text: string;
  sinceMs: number;
}

export class Alarms {
  private readonly raised = new Map<string, Alarm>();
  private readonly acknowledged = new Map<string, number>();

  constructor(private readonly changed: (alarms: Alarm[]) => void, private readonly now: () => number = Date.now) {}

  raise(key: string, amount: number, text: string): void {
    const covered = this.acknowledged.get(key) ?? 0;
    if (amount < covered) this.acknowledged.set(key, amount); // the pipeline started anew and counts from 0
    const before = this.raised.get(key);
    if (amount <= covered || (before && before.amount >= amount && before.text === text)) return;
    this.raised.set(key, { key, amount, text, sinceMs: before?.sinceMs ?? this.now() });
    this.tell();
  }

  /** What is no longer so may be raised again; what was raised and not acknowledged stays. */
  forget(prefix: string, present: Set<string>): void {
    for (const key of this.acknowledged.keys())
      if (key.startsWith(prefix) && !present.has(key)) this.acknowledged.delete(key);
  }

  acknowledge(key: string): void {
    const alarm = this.raised.get(key);
    if (!alarm) return;
    this.acknowledged.set(key, alarm.amount);
    this.raised.delete(key);
    this.tell();
  }

  acknowledgeAll(): void {
    for (const key of [...this.raised.keys()]) this.acknowledge(key);
  }

  list(): Alarm[] {
    return [...this.raised.values()];
  }

  private tell(): void {
    this.changed(this.list());
  }
}
