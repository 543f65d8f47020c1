import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { describe } from '../planning/reasons/describe.js';
import { readCredential } from '../tools/credentials.js';
import { GitHostFailed } from '../tools/git-host/git-host-failed.js';
import { messageOf, Refusal } from '../tools/refusal.js';
import { addApprovalApi } from './approval-api.js';
import { answerPlan } from './answer-plan.js';
import { readTokens, type KnownToken } from './api-tokens.js';
import { createWebhookServer, type WebhookAnswer } from './webhook-server.js';
import { Poll, type PollFound } from './poll.js';
import { openPolledGitHost } from './poll-git-host.js';
import { pollRecord } from './poll-record.js';
import { withoutFlood } from './refusal-flood.js';
import type { RepositorySettings, StarterSettings } from './settings.js';
import type { SignedRepository } from './signatures.js';
import { startDelivery } from './start-delivery.js';

/** Events of a starter, as operators read them. */
export type StarterEvent =
  | { readonly kind: 'listening'; readonly address: string; readonly port: number }
  | { readonly kind: 'polling'; readonly repository: string; readonly everyMs: number }
  | ({ readonly kind: 'request' } & WebhookAnswer)
  | ({ readonly kind: 'found' } & PollFound)
  | {
      readonly kind: 'poll-failed';
      readonly repository: string;
      readonly why: string;
      readonly againMs: number;
    }
  /** Requests that were rejected and not reported one by one: how many in the last minute. */
  | { readonly kind: 'flood'; readonly refused: number }
  | { readonly kind: 'stopped'; readonly why: string };

export interface StarterParts {
  readonly settings: StarterSettings;
  readonly client: Client;
  readonly taskQueue: string;
  readonly tell: (event: StarterEvent) => void;
}

const readyMs = 2_000;
/** How long a request to the API waits for a worker. */
const answerMs = 10_000;
/** Longest pause between two polls, even if the git host asks for more: its limits are by the hour. */
const pauseMax = 3_600_000;

/** A starter that runs. */
export interface RunningStarter {
  /** The port it listens on; undefined: no repository sends webhooks, and nobody has a token for the API. */
  readonly port: number | undefined;
  /** Stops in order: accepted requests get their response, and the current poll starts its deliveries. */
  stop(why: string): Promise<void>;
}

/**
 * Starts the webhook server and the polls of starter.yaml. Temporal need not be there yet: until it is, webhooks get a 503 and polls
 * retry.
 *
 * @throws Refusal `credential-unreadable` for an unreadable secret, before anything listens; Error where the port is in use.
 */
export async function startStarter(parts: StarterParts): Promise<RunningStarter> {
  const { settings, tell } = parts;
  const withWebhooks = settings.repositories.filter(({ trigger }) => trigger.includes('webhook'));
  const polled = settings.repositories.filter(({ trigger }) => trigger.includes('poll'));
  const signed = await readSecrets(withWebhooks);
  const tokens = await readTokens(settings);
  const now = (): Date => new Date();
  const open = withWebhooks.length > 0 || tokens.length > 0;
  const webhookServer = open ? webhookServerOf(parts, withWebhooks, { signed, tokens }, now) : undefined;
  let port: number | undefined;
  if (webhookServer) {
    await webhookServer.listen({ host: settings.listen.address, port: settings.listen.port });
    port = (webhookServer.server.address() as AddressInfo).port;
    tell({ kind: 'listening', address: settings.listen.address, port });
  }
  const stopping = new AbortController();
  const polls = polled.map((repository) => pollOn(parts, repository, now, stopping.signal));
  return {
    port,
    stop: async (why) => {
      stopping.abort();
      await webhookServer?.close();
      await Promise.all(polls);
      tell({ kind: 'stopped', why });
    },
  };
}

/** The secrets of webhooks, by reference. @throws Refusal */
export async function readSecrets(
  repositories: readonly RepositorySettings[],
): Promise<readonly SignedRepository[]> {
  return Promise.all(
    repositories.map(async ({ name, secrets = [], base }) => {
      const read = secrets.map((one) => readCredential(`webhook secret of ${name}`, one, base));
      // Editors end files with a newline; GitHub's form does not.
      return { name, secrets: (await Promise.all(read)).map(({ text }) => text.trim()) };
    }),
  );
}

function webhookServerOf(
  { client, taskQueue, tell }: StarterParts,
  repositories: readonly RepositorySettings[],
  {
    signed,
    tokens,
  }: { readonly signed: readonly SignedRepository[]; readonly tokens: readonly KnownToken[] },
  now: () => Date,
) {
  const report = withoutFlood({
    tell: (answer) => tell({ kind: 'request', ...answer }),
    tellCount: (refused) => tell({ kind: 'flood', refused }),
    now,
  });
  const app = createWebhookServer({
    repositories,
    signed,
    now,
    start: (delivery) => startDelivery({ client, taskQueue }, delivery),
    whyNotReady: () => whyTemporalIsNotReady(client),
    tell: report,
  });
  if (tokens.length > 0)
    void app.register((within, _options, done) => {
      const options = { taskQueue, limitMs: answerMs };
      addApprovalApi(within, {
        tokens,
        answer: (request) => answerPlan(client, request, options),
        tell: report,
      });
      done();
    });
  return app;
}

/** Undefined when Temporal responds, and knows our namespace. */
export async function whyTemporalIsNotReady(client: Client): Promise<string | undefined> {
  const { namespace } = client.options;
  try {
    await client.withDeadline(Date.now() + readyMs, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    return undefined;
  } catch (error) {
    return `Temporal does not answer as it should: ${messageOf(error, 160)}`;
  }
}

/** Polls one repository until it is stopped. Every failure is reported, and retried. */
async function pollOn(
  { client, taskQueue, tell }: StarterParts,
  repository: RepositorySettings,
  now: () => Date,
  stop: AbortSignal,
): Promise<void> {
  const { name, poll: everyMs } = repository;
  tell({ kind: 'polling', repository: name, everyMs });
  let poll: Poll | undefined;
  while (!stop.aborted) {
    let againMs = everyMs;
    try {
      // Inside the loop: the token may come later.
      poll ??= new Poll({
        repository,
        gitHost: await openPolledGitHost(repository, now),
        record: pollRecord(client),
        start: (delivery, seen) => startDelivery({ client, taskQueue }, delivery, seen),
        tell: (found) => tell({ kind: 'found', ...found }),
        now,
      });
      await poll.once();
    } catch (error) {
      if (error instanceof GitHostFailed && error.retryAfterMs !== undefined)
        againMs = Math.min(pauseMax, Math.max(everyMs, error.retryAfterMs));
      // Reads a changed token again.
      if (error instanceof GitHostFailed && error.trouble === 'forbidden') poll = undefined;
      tell({ kind: 'poll-failed', repository: name, why: whyOf(error), againMs });
    }
    await pause(againMs, stop);
  }
}

/** A refusal has a sentence; other failures have their own. */
export function whyOf(error: unknown): string {
  return error instanceof Refusal ? describe(error.reason) : messageOf(error);
}

async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
    stop.addEventListener('abort', done);
  });
}
