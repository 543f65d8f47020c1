import type { FaultPlan } from '../faults/fault-plan.js';
import { startDiscord, type DiscordSink } from './discord.js';
import { startNtfy, type NtfyOptions, type NtfySink } from './ntfy.js';
import { startSignedWebhook, type SignedHow, type SignedWebhookSink } from './signed-webhook.js';
import { startSlack, type SlackSink } from './slack.js';

/** How the sinks are started. */
export interface SinksOptions {
  readonly faults: FaultPlan;
  readonly host?: string;
  /** What time it is, for limits. */
  readonly now?: () => Date;
  readonly ntfy?: NtfyOptions;
  readonly webhook?: SignedHow;
}

/** The services people are told by. Each keeps what it got. */
export interface Sinks {
  readonly discord: DiscordSink;
  readonly ntfy: NtfySink;
  readonly slack: SlackSink;
  readonly webhook: SignedWebhookSink;
  stop(): Promise<void>;
}

/** Starts all of them, each on a port of its own. */
export async function startSinks(options: SinksOptions): Promise<Sinks> {
  const { faults, host = '127.0.0.1', now = () => new Date() } = options;
  const parts = { faults, host, now };
  const [discord, ntfy, slack, webhook] = await Promise.all([
    startDiscord(parts),
    startNtfy(parts, options.ntfy),
    startSlack(parts),
    startSignedWebhook(parts, options.webhook ?? { scheme: 'standard' }),
  ]);
  return {
    discord,
    ntfy,
    slack,
    webhook,
    stop: async () => {
      await Promise.all([discord.stop(), ntfy.stop(), slack.stop(), webhook.stop()]);
    },
  };
}
