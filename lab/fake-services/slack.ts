import { randomBytes } from 'node:crypto';
import { Kept } from './kept.js';
import {
  startService,
  type RunningService,
  type ServiceAnswer,
  type ServiceParts,
  type ServiceRequest,
} from './fake-service.js';
import { SlackWorkspace, type SlackMessage } from './slack-workspace.js';

/** A request and its answer: `ok`, or Slack's error code. */
export interface SlackRequest {
  readonly method: string;
  /** The path, for a webhook without its secret. */
  readonly path: string;
  readonly status: number;
  readonly said: string;
}

/** A Slack workspace. */
export interface FakeSlack extends RunningService {
  /** Base URL of the Web API: `…/api/`. */
  readonly api: string;
  /** Creates a channel; returns its id. */
  channel(name: string): string;
  archive(channel: string): void;
  /** An incoming webhook of a channel. Its address is a secret. */
  webhook(channel: string): string;
  /** A bot's token; the bot is a member of these channels. */
  token(...channels: readonly string[]): string;
  messages(channel?: string): readonly SlackMessage[];
  /** Every request, oldest first; the last thousands. */
  received(): readonly SlackRequest[];
}

/** Starts a workspace. */
export async function startSlack(parts: ServiceParts): Promise<FakeSlack> {
  const workspace = new SlackWorkspace(parts.now);
  const asked = new Kept<SlackRequest>();
  const fakeService = await startService('slack', parts, (request) => {
    const { pathname } = request.url;
    const byApi = pathname.startsWith('/api/');
    const answered = byApi ? workspace.byApi(request) : workspace.byWebhook(request);
    asked.add(noted(request, byApi ? pathname : '/services', answered));
    return answered;
  });
  const secret = (bytes: number): string => randomBytes(bytes).toString('hex').toUpperCase();
  return {
    ...fakeService,
    api: `${fakeService.url}/api/`,
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
      return `${fakeService.url}${path}`;
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

function noted({ method }: ServiceRequest, path: string, { status, body }: ServiceAnswer): SlackRequest {
  const said = typeof body === 'string' ? body : ((body as { error?: string }).error ?? 'ok');
  return { method, path, status, said };
}
