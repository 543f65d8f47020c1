import { CancellationScope, condition } from '@temporalio/workflow';
import type { Message, MessageOf } from '../planning/messages/message.js';
import type { Undelivered } from '../planning/report/run-result.js';
import { tellTimer } from './messages.js';

/** One delivery: a message, and the status message as it is then. */
export interface OutboxItem {
  readonly message: Message;
  readonly board?: MessageOf<'board'>;
}

/** A destination of a run's messages: the receivers, or the git host. It keeps its own state from message to message. */
export interface Recipient {
  /** Returns why nobody of it was notified; undefined: somebody was, or the message is not for this recipient. */
  readonly tell: (item: OutboxItem) => Promise<string | undefined>;
}

/** How long the end of a run waits for the last deliveries. Milliseconds. */
const endMs = 120_000;

/**
 * Delivers a run's messages, one after the other, in order. Nothing waits for a delivery, and a failed delivery never reaches the
 * caller. A cancel of the run does not stop it.
 */
export class Outbox {
  private readonly waiting: Message[] = [];
  /** How many of the waiting messages may be delivered now. */
  private released = 0;
  private statusDue = false;
  private busy = false;
  private undelivered: Undelivered | undefined;

  /**
   * @param recipients each gets every message.
   * @param statusMessage the current status message; undefined: there is none yet.
   */
  constructor(
    private readonly recipients: readonly Recipient[],
    private readonly statusMessage: () => MessageOf<'board'> | undefined,
  ) {}

  /** Queues a message for the next delivery: one delivery a node is enough, and the next node is about to begin. */
  add(message: Message): void {
    this.waiting.push(message);
  }

  /** Delivers all waiting messages, and the status message. */
  tell(...messages: readonly Message[]): void {
    this.waiting.push(...messages);
    this.released = this.waiting.length;
    this.statusDue = true;
    if (this.busy) return;
    this.busy = true;
    const idle = (): void => {
      this.busy = false;
    };
    CancellationScope.nonCancellable(() => this.deliverAll()).then(idle, idle);
  }

  /** Waits for the last deliveries, up to a limit. Returns what was not delivered. */
  async finish(): Promise<Undelivered | undefined> {
    if (this.busy) {
      const summary = tellTimer;
      await CancellationScope.nonCancellable(() => condition(() => !this.busy, endMs, { summary }));
    }
    const left = this.waiting.length + (this.busy ? 1 : 0);
    if (left > 0) this.failed(left, 'they could not be delivered within two minutes of the end of the run');
    return this.undelivered;
  }

  private async deliverAll(): Promise<void> {
    for (let item = this.next(); item; item = this.next()) {
      const current = item;
      const answers = await Promise.all(this.recipients.map((recipient) => deliver(recipient, current)));
      const why = answers.find((answer) => answer !== undefined);
      if (why !== undefined) this.failed(1, why);
    }
  }

  private next(): OutboxItem | undefined {
    const message = this.released > 0 ? this.waiting.shift() : undefined;
    if (message) this.released -= 1;
    const last = this.released === 0;
    const board = last && this.statusDue ? this.statusMessage() : undefined;
    if (last) this.statusDue = false;
    if (message) return { message, ...(board ? { board } : {}) };
    return board && { message: board };
  }

  private failed(messages: number, why: string): void {
    this.undelivered = { messages: (this.undelivered?.messages ?? 0) + messages, why };
  }
}

/** Delivers a message to one recipient. An error becomes the reason, so that it stops no other delivery. */
async function deliver(recipient: Recipient, item: OutboxItem): Promise<string | undefined> {
  try {
    return await recipient.tell(item);
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, whyMax) : 'nobody knows why';
  }
}

/** Characters of an error that the result keeps. */
const whyMax = 300;
