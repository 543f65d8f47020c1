import { createHmac, randomUUID } from 'node:crypto';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { GitHostEvent, GitHostRepository, Surroundings } from './hosted-repository.js';
import type { GitHubLimits } from './github-limits.js';
import { hookPayload } from './hook-payload.js';
import { notFound } from './refusal.js';
import { sendDelivery } from './send-delivery.js';

/** A webhook of a repository. */
export interface Hook {
  readonly id: number;
  readonly repository: GitHostRepository;
  readonly url: string;
  readonly secret: string;
  /** Event types: `push`. */
  readonly events: readonly string[];
  readonly createdAt: Date;
}

/** One attempt of a delivery. */
export interface HookDelivery {
  /** Id of this attempt. */
  readonly id: number;
  /** Id of the delivery: the same when it is redelivered. */
  readonly guid: string;
  readonly hook: number;
  readonly event: string;
  readonly action: string | null;
  readonly redelivery: boolean;
  readonly deliveredAt: Date;
  readonly seconds: number;
  /** `OK`, or the error. */
  readonly status: string;
  /** 0: there was no answer. */
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was signed. */
  readonly payload: string;
  readonly answer: string;
}

interface Sending {
  readonly guid: string;
  readonly event: string;
  readonly payload: string;
  readonly redelivery: boolean;
}

/** The fake GitHub keeps this many deliveries. */
const KEPT = 1000;

/**
 * Deliveries of the last three days may be redelivered:
 * https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
const REDELIVERED_FOR_MS = 3 * 24 * 60 * 60 * 1000;

/** Delivers events to webhooks, one after the other. A failed delivery is kept, and is not redelivered automatically. */
export class Webhooks {
  readonly #gitHost: Surroundings;
  readonly #faults: FaultPlan;
  readonly #limits: GitHubLimits;
  readonly #hooks = new Map<number, Hook>();
  readonly #turns = new Map<number, Promise<unknown>>();
  readonly #late = new Map<number, Sending>();
  readonly #stopped = new AbortController();
  #deliveries: HookDelivery[] = [];

  constructor(gitHost: Surroundings, faults: FaultPlan, limits: GitHubLimits) {
    this.#gitHost = gitHost;
    this.#faults = faults;
    this.#limits = limits;
  }

  /** Creates a webhook, and pings it. @throws Error for an address that is not plain HTTP */
  add(made: Omit<Hook, 'id' | 'createdAt'>): Hook {
    if (new URL(made.url).protocol !== 'http:')
      throw new Error(
        `The fake GitHub of the lab sends to addresses of plain HTTP only, not to ${made.url}.`,
      );
    const hook: Hook = { ...made, id: this.#gitHost.numbers.next('hook'), createdAt: this.#gitHost.now() };
    this.#hooks.set(hook.id, hook);
    this.#queue(hook, { name: 'ping', sender: hook.repository.owner, payload: pingOf(hook) });
    return hook;
  }

  /** @throws {GitHostRefusal} 404 */
  hook(repository: GitHostRepository, id: number): Hook {
    const hook = this.#hooks.get(id);
    return hook?.repository === repository ? hook : notFound();
  }

  of(repository: GitHostRepository): Hook[] {
    return [...this.#hooks.values()].filter((hook) => hook.repository === repository);
  }

  remove(hook: Hook): void {
    this.#hooks.delete(hook.id);
  }

  tell(repository: GitHostRepository, event: GitHostEvent): void {
    for (const hook of this.of(repository)) if (hook.events.includes(event.name)) this.#queue(hook, event);
  }

  /** All deliveries and attempts, oldest first. */
  deliveries(hook?: Hook): readonly HookDelivery[] {
    return hook ? this.#deliveries.filter((delivery) => delivery.hook === hook.id) : this.#deliveries;
  }

  /** Redelivers with the same id. @throws {GitHostRefusal} 404 */
  redeliver(id: number): void {
    const old = this.#deliveries.find((delivery) => delivery.id === id) ?? notFound();
    const hook = this.#hooks.get(old.hook) ?? notFound();
    if (this.#gitHost.now().getTime() - old.deliveredAt.getTime() > REDELIVERED_FOR_MS) notFound();
    const { guid, event, payload } = old;
    this.#inTurn(hook, () => this.#send(hook, { guid, event, payload, redelivery: true }));
  }

  /** Resolves when nothing is left to deliver, except what a fault holds back. */
  async settled(): Promise<void> {
    for (let seen; seen !== this.#deliveries.length;) {
      seen = this.#deliveries.length;
      await Promise.all(this.#turns.values());
    }
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** A payload describes the state at the time of its event. */
  #queue(hook: Hook, event: GitHostEvent): void {
    const payload = JSON.stringify(hookPayload(hook.repository, event));
    const sending: Sending = { guid: randomUUID(), event: event.name, payload, redelivery: false };
    this.#inTurn(hook, () => this.#deliver(hook, sending));
  }

  #inTurn(hook: Hook, task: () => Promise<void>): void {
    const turn = (this.#turns.get(hook.id) ?? Promise.resolve()).then(task);
    this.#turns.set(hook.id, turn);
  }

  async #deliver(hook: Hook, sending: Sending): Promise<void> {
    const fault = this.#faults.take('webhook:sending');
    if (fault === 'webhook-late') {
      this.#late.set(hook.id, sending);
      return;
    }
    await this.#send(hook, sending, fault);
    if (fault === 'webhook-twice') await this.#send(hook, sending);
    const late = this.#late.get(hook.id);
    this.#late.delete(hook.id);
    if (late) await this.#send(hook, late);
  }

  async #send(hook: Hook, sending: Sending, fault?: string): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const { guid, event, payload, redelivery } = sending;
    const began = performance.now();
    const secret = fault === 'webhook-forged' ? `not ${hook.secret}` : hook.secret;
    const headers = headersOf(hook, { guid, event, payload, secret });
    const deliveredAt = this.#gitHost.now();
    const { status, statusCode, answer } =
      fault === 'webhook-lost'
        ? { status: 'failed to connect to host', statusCode: 0, answer: '' }
        : await sendDelivery(hook.url, {
            headers,
            body: fault === 'webhook-altered' ? payload.replace('{', '{"altered":true,') : payload,
            bytesMost: this.#limits.hookPayloadBytes,
            timeoutMs: this.#limits.hookAnswerMs,
            signal: this.#stopped.signal,
            hangUp: fault === 'webhook-answer-lost',
          });
    const delivery: HookDelivery = {
      id: this.#gitHost.numbers.next('delivery'),
      guid,
      hook: hook.id,
      event,
      action: (JSON.parse(payload) as { action?: string }).action ?? null,
      redelivery,
      deliveredAt,
      seconds: Math.round(performance.now() - began) / 1000,
      status,
      statusCode,
      headers,
      payload,
      answer,
    };
    this.#deliveries = [...this.#deliveries, delivery].slice(-KEPT);
  }
}

function pingOf(hook: Hook): Record<string, unknown> {
  return {
    zen: 'Keep it logically awesome.',
    hook_id: hook.id,
    hook: { type: 'Repository', id: hook.id, name: 'web', active: true, events: hook.events },
  };
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
function headersOf(
  hook: Hook,
  sent: { guid: string; event: string; payload: string; secret: string },
): Record<string, string> {
  const signature = (algorithm: string): string =>
    `${algorithm}=${createHmac(algorithm, sent.secret).update(sent.payload).digest('hex')}`;
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/lab',
    'x-github-delivery': sent.guid,
    'x-github-event': sent.event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-id': String(hook.repository.id),
    'x-github-hook-installation-target-type': 'repository',
    ...(hook.secret === ''
      ? {}
      : { 'x-hub-signature': signature('sha1'), 'x-hub-signature-256': signature('sha256') }),
  };
}
