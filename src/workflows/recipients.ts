import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { MessageKind } from '../planning/messages/message.js';
import type { NotificationState } from '../planning/messages/notification-state.js';
import { notificationOptions } from './activity-options.js';
import type { RunInput } from './messages.js';
import type { Recipient } from './outbox.js';

/** The recipients of a run's messages; none: nothing is recorded, and nothing sent. */
export function recipientsOf(input: RunInput): Recipient[] {
  return [...people(input), ...gitHost(input)];
}

/** The receivers of slipway.yaml. The activity gets the run that names them, so no secret's reference is in its input. */
function people({ request: { cluster }, run, inventory }: RunInput): Recipient[] {
  if (inventory.notify.length === 0) return [];
  let state: NotificationState | undefined;
  const tell: Recipient['tell'] = async ({ message, board }) => {
    const { sendNotification } = proxyActivities<Activities>(notificationOptions(`people: ${message.kind}`));
    const sent = await sendNotification({
      message,
      ...(board ? { board } : {}),
      ...(state ? { state } : {}),
      receivers: { cluster, run },
    });
    ({ state } = sent);
    return sent.nobody;
  };
  return [{ tell }];
}

/** What the git host shows: the run's phases. Single nodes are for the status message and the page. */
const phaseKinds: ReadonlySet<MessageKind> = new Set<MessageKind>([
  'approval',
  'waiting',
  'start',
  'decided',
  'halt',
  'rollback',
  'rolled-back',
  'rollback-failed',
  'done',
  'ended',
]);

/** The git host whose merge began the run: its pull request, and a deployment. */
function gitHost({ request: { cluster, origin }, run }: RunInput): Recipient[] {
  if (!origin?.gitHost) return [];
  const tell: Recipient['tell'] = async ({ message, board }) => {
    if (!phaseKinds.has(message.kind)) return undefined;
    const { reportRun } = proxyActivities<Activities>(notificationOptions(`the git host: ${message.kind}`));
    const { why } = await reportRun({ cluster, run, message, ...(board ? { board } : {}) });
    return why;
  };
  return [{ tell }];
}
