import type {
  CommentEvent,
  Delivery,
  GitHostEvent,
  PullRequestEvent,
  PushEvent,
} from '../workflows/delivery-messages.js';
import { idOfSight, type PolledGitHost } from './poll-git-host.js';
import { idOfMove, type PollRecord, type Seen } from './poll-record.js';
import type { RepositorySettings } from './settings.js';
import { eventText, type Started } from './start-delivery.js';

export interface PollParts {
  readonly repository: RepositorySettings;
  readonly gitHost: PolledGitHost;
  readonly record: PollRecord;
  readonly start: (
    delivery: Delivery,
    seen?: { readonly branch: string; readonly head: string; readonly count: number },
  ) => Promise<Started>;
  readonly tell: (found: PollFound) => void;
  readonly now: () => Date;
}

/** What a poll started a delivery for, as operators read it. */
export interface PollFound {
  readonly verdict: Started;
  readonly repository: string;
  readonly delivery: string;
  /** One line. */
  readonly what: string;
}

/** There is no commit before the first poll: git's own notation for that. */
const nothing = '0'.repeat(40);

/** The record is renewed before Temporal's retention deletes it; at the latest after this. */
const renewMs = 30 * 86_400_000;

/** More delivery ids than this process can meet again. */
const knownMax = 5_000;

/**
 * Polls one repository again and again, and starts deliveries for what changed since the last poll of any process: merges by the
 * branch's head, open pull requests, and comments to Slipway. The first poll also finds changes from before the starter's start.
 */
export class Poll {
  #last: Seen | undefined;
  /** The branch's head at the last poll, even if its delivery could not be started yet. */
  #head: string | undefined;
  #renewMs: number | undefined;
  readonly #known = new Set<string>();
  /** Observations whose delivery could not be started: the git host will not report them again. */
  readonly #pending: (PullRequestEvent | CommentEvent)[] = [];

  constructor(private readonly parts: PollParts) {}

  /** One poll. @throws GitHostFailed, CommandFailed, or what Temporal's client throws: nothing is lost, the next poll repeats it. */
  async once(): Promise<void> {
    await this.#pollHead();
    // Pending observations are first: while Temporal is away, new ones would only pile up.
    await this.#submitPending();
    this.#pending.push(...((await this.parts.gitHost.pullRequests()) ?? []));
    this.#pending.push(...((await this.parts.gitHost.comments()) ?? []));
    await this.#submitPending();
  }

  async #submitPending(): Promise<void> {
    for (let next = this.#pending[0]; next; next = this.#pending[0]) {
      await this.#startOnce(next);
      this.#pending.shift();
    }
  }

  async #pollHead(): Promise<void> {
    const { gitHost, now, record, repository } = this.parts;
    this.#head = (await gitHost.head()) ?? this.#head;
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

  async #startOnce(event: PullRequestEvent | CommentEvent): Promise<void> {
    const id = idOfSight(this.parts.repository, event);
    if (this.#known.has(id)) return;
    await this.#start(id, event);
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.add(id);
  }

  async #start(id: string, event: GitHostEvent, seen?: Parameters<PollParts['start']>[1]): Promise<void> {
    const { now, repository, start, tell } = this.parts;
    const receivedAt = now().toISOString();
    const delivery: Delivery = { schema: 1, id, repository, receivedAt, via: 'poll', event };
    const verdict = await start(delivery, seen);
    tell({ verdict, repository: repository.name, delivery: id, what: eventText(event) });
  }
}
