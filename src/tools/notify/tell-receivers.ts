import type { CredentialReference } from '../../inventory/credential.js';
import type { NamedReceiver } from '../../planning/messages/receivers.js';
import type { RenderedMessage } from '../../planning/messages/render.js';
import type { ReceiverOutcome } from '../../planning/messages/telling.js';
import type { Reason } from '../../planning/reasons/reason.js';
import { readCredential } from '../credentials.js';
import type { DialMap } from '../dial-map.js';
import { messageOf, Refusal } from '../refusal.js';
import { deliveryLimits, type Delivered, type DeliveryLimits, type DeliveryWay } from './deliver.js';
import { tellDiscord } from './discord.js';
import { ntfyTopic, tellNtfy } from './ntfy.js';
import { tellWebhook } from './signed-webhook.js';
import { tellSlackChannel, tellSlackWebhook } from './slack.js';

/** How receivers are told. */
export interface TellOptions {
  /** The folder relative credential files start at. */
  readonly base: string;
  readonly dialMap: DialMap;
  readonly signal: AbortSignal;
  /** The board's id at each receiver that has one. */
  readonly boards: Readonly<Record<string, string>>;
  /** The sentence of a reason. */
  readonly words: (reason: Reason) => string;
  /** How long each receiver is tried, by its name. */
  readonly limitsOf?: (receiver: string) => DeliveryLimits;
  /** Hears when a receiver is about to be told, and what became of it: for whoever has to go on from there. */
  readonly begins?: (receiver: string) => void;
  readonly ended?: (outcome: ReceiverOutcome) => void;
}

/**
 * Tells each receiver one message, all at the same time: a slow one keeps none of the others waiting. Whatever goes wrong is an outcome;
 * nothing is thrown but where the signal aborts.
 */
export async function tellReceivers(
  receivers: readonly NamedReceiver[],
  message: RenderedMessage,
  options: TellOptions,
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
  options: TellOptions,
): Promise<ReceiverOutcome> {
  const { dialMap, signal, boards } = options;
  const receiver = named.name;
  const limits = options.limitsOf?.(receiver) ?? deliveryLimits;
  const board = message.isBoard ? boards[receiver] : undefined;
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
      outcome: board !== undefined && board === delivered.value ? 'updated' : 'told',
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
  way: DeliveryWay,
  base: string,
): Promise<Delivered<string>> {
  const { discord, ntfy, slack, webhook } = receiver;
  const read = async (what: string, reference: CredentialReference): Promise<string> =>
    (await readCredential(`${what} of ${name}`, reference, base)).text;
  const maybe = async (
    what: string,
    reference: CredentialReference | undefined,
  ): Promise<string | undefined> => (reference === undefined ? undefined : read(what, reference));
  if (discord) return tellDiscord(await read('webhook', discord.webhook), message, board, way);
  if (ntfy) {
    const held = {
      server: ntfy.server,
      topic: await maybe('topic', ntfy.topic),
      token: await maybe('token', ntfy.token),
      webhook: await maybe('webhook', ntfy.webhook),
    };
    return tellNtfy(ntfyTopic(held), message, board, way);
  }
  if (slack?.token && slack.channel !== undefined) {
    return tellSlackChannel(
      { token: await read('token', slack.token), channel: slack.channel },
      message,
      board,
      way,
    );
  }
  if (slack?.webhook) return tellSlackWebhook(await read('webhook', slack.webhook), message, way);
  if (!webhook) throw new TypeError('slipway.yaml names no service for it');
  const [url, secret] = [await read('address', webhook.url), await read('secret', webhook.secret)];
  return tellWebhook({ url, secret }, message, way);
}
