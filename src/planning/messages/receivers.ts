import type { Receiver, ServiceName, severities } from '../../inventory/notify.js';
import { kinds, type Severity } from './kinds.js';
import type { Message, MessageKind } from './message.js';

/** A receiver with the name it has in answers: `discord`, `ntfy 2`. */
export interface NamedReceiver {
  readonly name: string;
  readonly service: ServiceName;
  readonly receiver: Receiver;
}

/** The mildest first, as the inventory has them: a list of its own, since planning imports types alone. */
const order: readonly Severity[] = ['info', 'warning', 'critical'] satisfies [...typeof severities];

/** Names receivers by their service and, where there are several of it, by their place. */
export function namedReceivers(receivers: readonly Receiver[]): NamedReceiver[] {
  const seen = new Map<ServiceName, number>();
  return receivers.map((receiver) => {
    const service = serviceNamed(receiver);
    const place = (seen.get(service) ?? 0) + 1;
    seen.set(service, place);
    return { name: place === 1 ? service : `${service} ${place}`, service, receiver };
  });
}

function serviceNamed({ discord, ntfy, slack }: Receiver): ServiceName {
  if (discord) return 'discord';
  if (ntfy) return 'ntfy';
  return slack ? 'slack' : 'webhook';
}

/**
 * Whether a receiver is told a message. What it lists decides; a list that names a severity wants that and anything worse, the board
 * apart. Without a list it is told the record, and has the board where editing a message costs nobody a notification.
 */
export function isWanted({ service, receiver }: NamedReceiver, { kind }: Pick<Message, 'kind'>): boolean {
  if (kind === 'test') return true;
  if (kind === 'board')
    return canEdit(service, receiver) && (receiver.tell?.includes('board') ?? editsQuietly(service));
  const { tell } = receiver;
  if (tell === undefined) return true;
  const severity = order.indexOf(kinds[kind].severity);
  return tell.some((one) => one === kind || (isSeverity(one) && order.indexOf(one) <= severity));
}

/** Kinds of messages a receiver is told. */
export function wantedKinds(receiver: NamedReceiver): MessageKind[] {
  return (Object.keys(kinds) as MessageKind[]).filter(
    (kind) => kind !== 'test' && isWanted(receiver, { kind }),
  );
}

function isSeverity(one: string): one is Severity {
  return (order as readonly string[]).includes(one);
}

/** An incoming webhook of Slack answers no id of what it posted; a webhook of our own has a receiver that may do as it likes. */
function canEdit(service: ServiceName, { slack }: Receiver): boolean {
  return service !== 'slack' || slack?.webhook === undefined;
}

/** ntfy tells a phone of each change, and counts it; a webhook may not want them. Both have the board by choice. */
function editsQuietly(service: ServiceName): boolean {
  return service === 'discord' || service === 'slack';
}
