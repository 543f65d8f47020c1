import { randomBytes } from 'node:crypto';
import type { MachineEvent, MachineEventPayload } from './machine-event.js';

/** A machine keeps this many events; a reader starts at most this many back. */
const CAPACITY = 1_000;
const GAP = 10;

/** Where a reader starts. The first that is set wins; by default at the next event. */
export interface EventStart {
  /** This many events back; any negative number: from the oldest one. */
  readonly tailEvents?: number;
  /** After the event of this id. */
  readonly tailId?: string;
  /** This many seconds back. */
  readonly tailSeconds?: number;
}

/** The events of one boot. A new boot has a new buffer, without events of the last one. */
export class EventBuffer {
  #events: MachineEvent[] = [];
  readonly #readers = new Set<(event: MachineEvent) => void>();
  readonly #identity = randomBytes(5);
  #count = 0;

  /** Adds an event and passes it to every reader. */
  publish(payload: MachineEventPayload, actorId = '', at = Date.now()): MachineEvent {
    const event: MachineEvent = { id: this.#nextId(at), actorId, at, payload };
    this.#events.push(event);
    if (this.#events.length > CAPACITY) this.#events = this.#events.slice(-CAPACITY);
    for (const read of this.#readers) read(event);
    return event;
  }

  /** Calls `read` for the stored events from `start` on, then for each new event, until the returned function is called. */
  watch(start: EventStart, read: (event: MachineEvent) => void): () => void {
    for (const event of this.#from(start)) read(event);
    this.#readers.add(read);
    return () => this.#readers.delete(read);
  }

  /** All stored events, oldest first. */
  all(): readonly MachineEvent[] {
    return this.#events;
  }

  #from(start: EventStart): readonly MachineEvent[] {
    const reachable = this.#events.slice(-(CAPACITY - GAP));
    if (start.tailEvents !== undefined && start.tailEvents !== 0) {
      return start.tailEvents < 0 ? reachable : reachable.slice(-start.tailEvents);
    }
    const { tailId, tailSeconds } = start;
    if (tailId !== undefined && tailId !== '') return reachable.filter((event) => event.id > tailId);
    if (tailSeconds !== undefined && tailSeconds !== 0) {
      const since = Date.now() - tailSeconds * 1_000;
      return reachable.filter((event) => event.at > since);
    }
    return [];
  }

  /** Seconds, identity of the boot, and a counter in base 32: the format of Talos' event ids. */
  #nextId(at: number): string {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt32BE(Math.floor(at / 1_000) >>> 0, 0);
    this.#identity.copy(bytes, 4);
    this.#count += 1;
    bytes.writeUIntBE(this.#count & 0xffffff, 9, 3);
    return base32(bytes);
  }
}

function base32(bytes: Buffer): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuv';
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0x1fff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >> bits) & 31];
    }
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}
