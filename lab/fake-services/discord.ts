import { randomBytes } from 'node:crypto';
import { DiscordChannels, refusal, type DiscordMessage, type DiscordPath } from './discord-channels.js';
import { Kept } from './kept.js';
import {
  jsonIn,
  startService,
  type RunningService,
  type ServiceParts,
  type ServiceRequest,
} from './fake-service.js';

/** A webhook of a channel. */
export interface DiscordWebhook {
  readonly id: string;
  /** Its address, a secret. */
  readonly url: string;
}

/** A request and its answer. */
export interface DiscordRequest {
  readonly method: string;
  readonly webhook: string;
  /** The id of its message, if any. */
  readonly message: string | undefined;
  readonly form: unknown;
  readonly status: number;
}

/** Discord's webhooks. */
export interface FakeDiscord extends RunningService {
  webhook(): DiscordWebhook;
  /** Deletes a webhook. */
  remove(webhook: DiscordWebhook): void;
  /** The present messages of the channels. */
  messages(): readonly DiscordMessage[];
  /** Every request, oldest first; the last thousands. */
  received(): readonly DiscordRequest[];
}

const PATH = /^\/api(?:\/v\d+)?\/webhooks\/(?<id>\d+)\/(?<token>[\w-]+)(?:\/messages\/(?<message>\d+))?$/;

/** Starts a fake Discord. */
export async function startDiscord(parts: ServiceParts): Promise<FakeDiscord> {
  const channels = new DiscordChannels(parts.now);
  const kept = new Kept<DiscordRequest>();
  const fakeService = await startService('discord', parts, (request) => {
    const path = pathOf(request);
    const answered = path ? channels.answer(path, request) : refusal(404, 0, '404: Not Found');
    const { method, body } = request;
    kept.add({
      method,
      webhook: path?.id ?? '',
      message: path?.message,
      form: jsonIn(body),
      status: answered.status,
    });
    return answered;
  });
  return {
    ...fakeService,
    webhook: () => {
      const [id, token] = [channels.snowflake(), randomBytes(51).toString('base64url')];
      channels.tokens.set(id, token);
      return { id, url: `${fakeService.url}/api/webhooks/${id}/${token}` };
    },
    remove: ({ id }) => {
      channels.tokens.delete(id);
    },
    messages: () => [...channels.messages.values()],
    received: () => kept.all,
  };
}

function pathOf({ url }: ServiceRequest): DiscordPath | undefined {
  const named = PATH.exec(url.pathname)?.groups;
  return named && { id: named['id'] ?? '', token: named['token'] ?? '', message: named['message'] };
}
