import type { Receiver, ServiceName, severities } from '../../inventory/notify.js';
import { kinds, type Severity } from './kinds.js';
import type { Message, MessageKind } from './message.js';

/** A receiver with its name in results: `discord`, `ntfy 2`. */
export interface NamedReceiver {
  readonly name: string;
  readonly service: ServiceName;
  readonly receiver: Receiver;
}

/** The mildest first, as the inventory has them: repeated here, since planning imports types alone. */
const order: readonly Severity[] = ['info', 'warning', 'critical'] satisfies [...typeof severities];

/** Names receivers by their service and, where there are several of one service, by their position. */
export function namedReceivers(receivers: readonly Receiver[]): NamedReceiver[] {
  const places = new Map<ServiceName, number>();
  return receivers.map((receiver) => {
    const service = serviceNamed(receiver);
    const place = (places.get(service) ?? 0) + 1;
    places.set(service, place);
    return { name: place === 1 ? service : `${service} ${place}`, service, receiver };
  });
}

function serviceNamed({ discord, ntfy, slack }: Receiver): ServiceName {
  if (discord) return 'discord';
  if (ntfy) return 'ntfy';
  return slack ? 'slack' : 'webhook';
}

/**
 * Whether a receiver gets a message. Its list decides; a severity in the list means that severity and anything worse, except the status
 * message. A receiver without a list gets the record, and the status message where editing a message notifies nobody.
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

/** Event types a receiver gets. */
export function wantedKinds(receiver: NamedReceiver): MessageKind[] {
  return (Object.keys(kinds) as MessageKind[]).filter(
    (kind) => kind !== 'test' && isWanted(receiver, { kind }),
  );
}

function isSeverity(one: string): one is Severity {
  return (order as readonly string[]).includes(one);
}

/** An incoming webhook of Slack returns no id of what it posted; a signed webhook promises none either. */
function canEdit(service: ServiceName, { slack }: Receiver): boolean {
  return service !== 'slack' || slack?.webhook === undefined;
}

/** ntfy notifies a phone of each edit, and counts it; a webhook may not want edits. Both get the status message by choice. */
function editsQuietly(service: ServiceName): boolean {
  return service === 'discord' || service === 'slack';
}
