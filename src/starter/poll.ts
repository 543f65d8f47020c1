import type {
  CommentEvent,
  Delivery,
  ForgeEvent,
  PullRequestEvent,
  PushEvent,
} from '../workflows/delivery-messages.js';
import { idOfSight, type PolledForge } from './poll-forge.js';
import { idOfMove, type PollRecord, type Seen } from './poll-record.js';
import type { RepositorySettings } from './settings.js';
import { eventText, type Started } from './start-delivery.js';

/** What polling one repository needs. */
export interface PollParts {
  readonly repository: RepositorySettings;
  readonly forge: PolledForge;
  readonly record: PollRecord;
  readonly start: (
    delivery: Delivery,
    seen?: { readonly branch: string; readonly head: string; readonly count: number },
  ) => Promise<Started>;
  readonly tell: (found: PollFound) => void;
  readonly now: () => Date;
}

/** What a poll handed over, as operators read it. */
export interface PollFound {
  readonly verdict: Started;
  readonly repository: string;
  readonly delivery: string;
  /** One line. */
  readonly what: string;
}

/** Nothing is before the first look: git's own way to say so. */
const nothing = '0'.repeat(40);

/** The record is written again before Temporal forgets it; at the latest after this. */
const renewMs = 30 * 86_400_000;

/** More ids of this process than it can meet again. */
const knownMax = 5_000;

/**
 * Looks at one repository again and again, and hands over what changed since anybody looked: merges by where the branch stands, open
 * pull requests, and what was written to Slipway there. What was missed while nobody looked is seen by the first look.
 */
export class Poll {
  #last: Seen | undefined;
  /** Where the branch stood at the preflight check, also where that could not be handed over yet. */
  #head: string | undefined;
  #renewMs: number | undefined;
  readonly #known = new Set<string>();
  /** What a look found and could not hand over: the forge will not say it again. */
  readonly #pending: (PullRequestEvent | CommentEvent)[] = [];

  constructor(private readonly parts: PollParts) {}

  /** One look. @throws ForgeFailed, CommandFailed, or what Temporal's client throws: nothing is lost, the next look hands it over. */
  async once(): Promise<void> {
    await this.#lookAtHead();
    // What could not be handed over is first: while Temporal is away nothing is asked for that would only pile up.
    await this.#handOverPending();
    this.#pending.push(...((await this.parts.forge.pullRequests()) ?? []));
    this.#pending.push(...((await this.parts.forge.comments()) ?? []));
    await this.#handOverPending();
  }

  async #handOverPending(): Promise<void> {
    for (let next = this.#pending[0]; next; next = this.#pending[0]) {
      await this.#handOver(next);
      this.#pending.shift();
    }
  }

  async #lookAtHead(): Promise<void> {
    const { forge, now, record, repository } = this.parts;
    this.#head = (await forge.head()) ?? this.#head;
    const head = this.#head;
    if (head === undefined) return;
    this.#renewMs ??= Math.min(renewMs, (await record.keepsMs()) / 2);
    this.#last ??= await record.lastSeen(repository);
    const last = this.#last;
    const old = last !== undefined && now().getTime() - last.at.getTime() > this.#renewMs;
    if (last?.head === head && !old) return;
    const { branch } = repository;
    const event: PushEvent = {
      kind: 'push',
      branch,
      before: last?.head ?? nothing,
      after: head,
      forced: false,
      by: '',
    };
    const id = idOfMove(repository, last, head);
    const count = (last?.count ?? 0) + 1;
    await this.#start(id, event, { branch, head, count });
    this.#last = { head, id, count, at: now() };
  }

  async #handOver(event: PullRequestEvent | CommentEvent): Promise<void> {
    const id = idOfSight(this.parts.repository, event);
    if (this.#known.has(id)) return;
    await this.#start(id, event);
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.add(id);
  }

  async #start(id: string, event: ForgeEvent, seen?: Parameters<PollParts['start']>[1]): Promise<void> {
    const { now, repository, start, tell } = this.parts;
    const receivedAt = now().toISOString();
    const delivery: Delivery = { schema: 1, id, repository, receivedAt, via: 'poll', event };
    const verdict = await start(delivery, seen);
    tell({ verdict, repository: repository.name, delivery: id, what: eventText(event) });
  }
}
