import { randomBytes } from 'node:crypto';
import { Kept } from './kept.js';
import { startSink, type RunningSink, type SinkAnswer, type SinkParts, type SinkRequest } from './sink.js';
import { SlackWorkspace, type SlackMessage } from './slack-workspace.js';

/** What was asked, and how it was answered: `ok`, or Slack's word. */
export interface SlackRequest {
  readonly method: string;
  /** Of a webhook without what is secret in it. */
  readonly path: string;
  readonly status: number;
  readonly said: string;
}

/** A Slack workspace. */
export interface SlackSink extends RunningSink {
  /** Base URL of the Web API: `…/api/`. */
  readonly api: string;
  /** Makes a channel; answers its id. */
  channel(name: string): string;
  archive(channel: string): void;
  /** An incoming webhook of a channel. It is a secret. */
  webhook(channel: string): string;
  /** A bot's token; it is in these channels. */
  token(...channels: readonly string[]): string;
  messages(channel?: string): readonly SlackMessage[];
  /** Every request, oldest first; the last thousands. */
  received(): readonly SlackRequest[];
}

/** Starts a workspace. */
export async function startSlack(parts: SinkParts): Promise<SlackSink> {
  const workspace = new SlackWorkspace(parts.now);
  const asked = new Kept<SlackRequest>();
  const sink = await startSink('slack', parts, (request) => {
    const { pathname } = request.url;
    const byApi = pathname.startsWith('/api/');
    const answered = byApi ? workspace.byApi(request) : workspace.byWebhook(request);
    asked.add(noted(request, byApi ? pathname : '/services', answered));
    return answered;
  });
  const secret = (bytes: number): string => randomBytes(bytes).toString('hex').toUpperCase();
  return {
    ...sink,
    api: `${sink.url}/api/`,
    channel: (name) => {
      const id = `C${secret(5)}`;
      workspace.channels.set(id, { name, archived: false });
      return id;
    },
    archive: (channel) => {
      const known = workspace.channels.get(channel);
      if (known) known.archived = true;
    },
    webhook: (channel) => {
      const path = `/services/T${secret(4)}/B${secret(4)}/${secret(12)}`;
      workspace.webhooks.set(path, channel);
      return `${sink.url}${path}`;
    },
    token: (...of) => {
      const token = `xoxb-${secret(12)}`;
      workspace.tokens.set(token, of);
      return token;
    },
    messages: (channel) =>
      [...workspace.messages.values()].filter((one) => channel === undefined || one.channel === channel),
    received: () => asked.all,
  };
}

function noted({ method }: SinkRequest, path: string, { status, body }: SinkAnswer): SlackRequest {
  const said = typeof body === 'string' ? body : ((body as { error?: string }).error ?? 'ok');
  return { method, path, status, said };
}
