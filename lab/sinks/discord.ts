import { randomBytes } from 'node:crypto';
import { DiscordChannels, refusal, type DiscordMessage, type DiscordPath } from './discord-channels.js';
import { Kept } from './kept.js';
import { jsonIn, startSink, type RunningSink, type SinkParts, type SinkRequest } from './sink.js';

/** A webhook of a channel. */
export interface DiscordWebhook {
  readonly id: string;
  /** What is executed. It is a secret. */
  readonly url: string;
}

/** What was asked, and how it was answered. */
export interface DiscordRequest {
  readonly method: string;
  readonly webhook: string;
  /** The message it is about, where it is about one. */
  readonly message: string | undefined;
  readonly form: unknown;
  readonly status: number;
}

/** Discord, as far as webhooks go. */
export interface DiscordSink extends RunningSink {
  webhook(): DiscordWebhook;
  /** Nobody can execute it any more. */
  remove(webhook: DiscordWebhook): void;
  /** What stands in the channels, as it stands there now. */
  messages(): readonly DiscordMessage[];
  /** Every request, oldest first; the last thousands. */
  received(): readonly DiscordRequest[];
}

const PATH = /^\/api(?:\/v\d+)?\/webhooks\/(?<id>\d+)\/(?<token>[\w-]+)(?:\/messages\/(?<message>\d+))?$/;

/** Starts Discord. */
export async function startDiscord(parts: SinkParts): Promise<DiscordSink> {
  const channels = new DiscordChannels(parts.now);
  const kept = new Kept<DiscordRequest>();
  const sink = await startSink('discord', parts, (request) => {
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
    ...sink,
    webhook: () => {
      const [id, token] = [channels.snowflake(), randomBytes(51).toString('base64url')];
      channels.tokens.set(id, token);
      return { id, url: `${sink.url}/api/webhooks/${id}/${token}` };
    },
    remove: ({ id }) => {
      channels.tokens.delete(id);
    },
    messages: () => [...channels.messages.values()],
    received: () => kept.all,
  };
}

function pathOf({ url }: SinkRequest): DiscordPath | undefined {
  const named = PATH.exec(url.pathname)?.groups;
  return named && { id: named['id'] ?? '', token: named['token'] ?? '', message: named['message'] };
}
