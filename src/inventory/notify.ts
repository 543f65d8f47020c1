import { z } from 'zod';
import { CredentialReference } from './credential.js';

/** Severities of messages, in ascending order. */
export const severities = ['info', 'warning', 'critical'] as const;

/** Event types of notifications. `planning/messages/kinds.ts` describes each. */
export const notifiedKinds = [
  'board',
  'queued',
  'superseded',
  'start',
  'approval',
  'waiting',
  'reminder',
  'decided',
  'node-done',
  'halt',
  'rollback',
  'rolled-back',
  'rollback-failed',
  'done',
  'ended',
  'notifier-failing',
] as const;

const httpAddress = z
  .url({ protocol: /^https?$/, error: 'a server is written https://ntfy.sh' })
  .refine((text) => !/[?#@]/.test(text), 'a server is named without credentials, question mark or hash');

/** A Discord webhook. Its address is a credential, because anyone who has it can post. */
const Discord = z.strictObject({ webhook: CredentialReference });

/** An ntfy topic: on a server with an access token, or as one secret address. */
const Ntfy = z
  .strictObject({
    /** Address of the server; default: https://ntfy.sh. */
    server: httpAddress.optional(),
    /** A credential, because anyone with the topic's name can read and write it unless the server requires a login. */
    topic: CredentialReference.optional(),
    /** An access token of the server (`tk_…`). */
    token: CredentialReference.optional(),
    /** Server and topic as one address: `https://ntfy.sh/TOPIC`. */
    webhook: CredentialReference.optional(),
  })
  .refine(({ server, topic, webhook }) => (webhook === undefined ? topic !== undefined : !server && !topic), {
    error:
      'ntfy is written { topic: { env: NAME } }, with server and token by choice, or { webhook: { env: NAME } }',
  });

/** Slack: an incoming webhook, or a bot's token and a channel, with which messages can be edited. */
const Slack = z
  .strictObject({
    webhook: CredentialReference.optional(),
    /** A bot token (`xoxb-…`) with the scope `chat:write`. */
    token: CredentialReference.optional(),
    /** A channel's id (`C0123456789`) or name. */
    channel: z
      .string()
      .regex(/^[#@]?[\p{L}\p{N}._-]{1,80}$/u, 'a channel is written C0123456789 or #upgrades')
      .optional(),
  })
  .refine(
    ({ webhook, token, channel }) =>
      webhook === undefined ? token !== undefined && channel !== undefined : !token && !channel,
    {
      error: 'slack is written { webhook: { env: NAME } } or { token: { env: NAME }, channel: C0123456789 }',
    },
  );

/** Any receiver of JSON, signed by the Standard Webhooks specification (https://www.standardwebhooks.com). */
const Webhook = z.strictObject({
  url: CredentialReference,
  /** `whsec_` and base64, or any text of sixteen characters or more. */
  secret: CredentialReference,
});

const services = ['discord', 'ntfy', 'slack', 'webhook'] as const;
export type ServiceName = (typeof services)[number];

/** One receiver of notifications: a service, and its event types. */
export const Receiver = z
  .strictObject({
    discord: Discord.optional(),
    ntfy: Ntfy.optional(),
    slack: Slack.optional(),
    webhook: Webhook.optional(),
    /**
     * The event types it gets, or a severity, which includes everything more severe. Left out: every message, and the status message if
     * the service can edit messages.
     */
    tell: z
      .array(z.enum([...severities, ...notifiedKinds]))
      .min(1)
      .max(severities.length + notifiedKinds.length)
      .optional(),
  })
  .refine((receiver) => services.filter((name) => receiver[name] !== undefined).length === 1, {
    error:
      'a receiver is one service: { discord: { webhook: { env: NAME } } }, { ntfy: … }, { slack: … } or { webhook: … }; ' +
      'addresses and tokens are secrets and never stand here',
  });
export type Receiver = z.infer<typeof Receiver>;
