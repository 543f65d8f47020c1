import type { FaultPlan } from '../faults/fault-plan.js';
import { startDiscord, type FakeDiscord } from './discord.js';
import { startNtfy, type NtfyOptions, type FakeNtfy } from './ntfy.js';
import { startSignedWebhook, type SignedHow, type FakeSignedWebhook } from './signed-webhook.js';
import { startSlack, type FakeSlack } from './slack.js';

/** The settings of the fake services. */
export interface FakeServicesOptions {
  readonly faults: FaultPlan;
  readonly host?: string;
  /** The present time, for limits. */
  readonly now?: () => Date;
  readonly ntfy?: NtfyOptions;
  readonly webhook?: SignedHow;
}

/** The services that receive notifications. Each keeps its messages. */
export interface FakeServices {
  readonly discord: FakeDiscord;
  readonly ntfy: FakeNtfy;
  readonly slack: FakeSlack;
  readonly webhook: FakeSignedWebhook;
  stop(): Promise<void>;
}

/** Starts all of them, each on its own port. */
export async function startFakeServices(options: FakeServicesOptions): Promise<FakeServices> {
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
