import type { CredentialReference } from '../../inventory/credential.js';
import type { NamedReceiver } from '../../planning/messages/receivers.js';
import type { RenderedMessage } from '../../planning/messages/render.js';
import type { ReceiverOutcome } from '../../planning/messages/notification-state.js';
import type { Reason } from '../../planning/reasons/reason.js';
import { readCredential } from '../credentials.js';
import type { DialMap } from '../dial-map.js';
import { messageOf, Refusal } from '../refusal.js';
import { deliveryLimits, type Delivered, type DeliveryLimits, type DeliveryWay } from './deliver.js';
import { notifyDiscord } from './discord.js';
import { ntfyTopic, notifyNtfy } from './ntfy.js';
import { notifyWebhook } from './signed-webhook.js';
import { notifySlackChannel, notifySlackWebhook } from './slack.js';

/** How notifications are delivered. */
export interface NotifyOptions {
  /** The folder relative credential files start at. */
  readonly base: string;
  readonly dialMap: DialMap;
  readonly signal: AbortSignal;
  /** The id of the status message at each receiver that has one. */
  readonly boards: Readonly<Record<string, string>>;
  /** The sentence of a reason. */
  readonly words: (reason: Reason) => string;
  /** How long delivery to each receiver is tried, by its name. */
  readonly limitsOf?: (receiver: string) => DeliveryLimits;
  /** Called before and after each delivery, so that a retry of the caller can resume there. */
  readonly begins?: (receiver: string) => void;
  readonly ended?: (outcome: ReceiverOutcome) => void;
}

/**
 * Delivers one message to each receiver, all at the same time: a slow one does not delay the others. Every failure is an outcome; it throws
 * only where the signal aborts.
 */
export async function notifyReceivers(
  receivers: readonly NamedReceiver[],
  message: RenderedMessage,
  options: NotifyOptions,
): Promise<ReceiverOutcome[]> {
  return Promise.all(
    receivers.map(async (receiver) => {
      options.begins?.(receiver.name);
      const outcome = await tellOne(receiver, message, options);
      options.ended?.(outcome);
      return outcome;
    }),
  );
}

async function tellOne(
  named: NamedReceiver,
  message: RenderedMessage,
  options: NotifyOptions,
): Promise<ReceiverOutcome> {
  const { dialMap, signal, boards } = options;
  const receiver = named.name;
  const limits = options.limitsOf?.(receiver) ?? deliveryLimits;
  const board = message.isStatusMessage ? boards[receiver] : undefined;
  try {
    const delivered = await send(named, message, board, { dialMap, signal, limits }, options.base);
    const { attempts } = delivered;
    if (delivered.kind === 'failed') {
      const { why, mayHaveArrived } = delivered;
      return { receiver, outcome: 'failed', attempts, why, mayHaveArrived };
    }
    const id = delivered.value === '' ? {} : { message: delivered.value };
    return {
      receiver,
      outcome: board !== undefined && board === delivered.value ? 'updated' : 'delivered',
      attempts,
      ...id,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Refusal ? options.words(error.reason) : messageOf(error);
    return { receiver, outcome: 'failed', attempts: 0, why, mayHaveArrived: false };
  }
}

async function send(
  { name, receiver }: NamedReceiver,
  message: RenderedMessage,
  board: string | undefined,
  delivery: DeliveryWay,
  base: string,
): Promise<Delivered<string>> {
  const { discord, ntfy, slack, webhook } = receiver;
  const read = async (what: string, reference: CredentialReference): Promise<string> =>
    (await readCredential(`${what} of ${name}`, reference, base)).text;
  const maybe = async (
    what: string,
    reference: CredentialReference | undefined,
  ): Promise<string | undefined> => (reference === undefined ? undefined : read(what, reference));
  if (discord) return notifyDiscord(await read('webhook', discord.webhook), message, board, delivery);
  if (ntfy) {
    const held = {
      server: ntfy.server,
      topic: await maybe('topic', ntfy.topic),
      token: await maybe('token', ntfy.token),
      webhook: await maybe('webhook', ntfy.webhook),
    };
    return notifyNtfy(ntfyTopic(held), message, board, delivery);
  }
  if (slack?.token && slack.channel !== undefined) {
    return notifySlackChannel(
      { token: await read('token', slack.token), channel: slack.channel },
      message,
      board,
      delivery,
    );
  }
  if (slack?.webhook) return notifySlackWebhook(await read('webhook', slack.webhook), message, delivery);
  if (!webhook) throw new TypeError('slipway.yaml names no service for it');
  const [url, secret] = [await read('address', webhook.url), await read('secret', webhook.secret)];
  return notifyWebhook({ url, secret }, message, delivery);
}
