import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { MessageKind } from '../planning/messages/message.js';
import type { TellingState } from '../planning/messages/telling.js';
import { tellingOptions } from './activity-options.js';
import type { RunInput } from './messages.js';
import type { Audience } from './tell-queue.js';

/** Everybody who is told what a run has to say, a line for each way; none: nothing is written down, and nothing sent. */
export function audiencesOf(input: RunInput): Audience[] {
  return [...people(input), ...forge(input)];
}

/** The receivers of slipway.yaml. Activities are given the run that names them: no reference to a secret stands in a letter. */
function people({ request: { cluster }, run, inventory }: RunInput): Audience[] {
  if (inventory.notify.length === 0) return [];
  let state: TellingState | undefined;
  const tell: Audience['tell'] = async ({ message, board }) => {
    const { tellPeople } = proxyActivities<Activities>(tellingOptions(`people: ${message.kind}`));
    const told = await tellPeople({
      message,
      ...(board ? { board } : {}),
      ...(state ? { state } : {}),
      receivers: { cluster, run },
    });
    ({ state } = told);
    return told.nobody;
  };
  return [{ tell }];
}

/** What a forge is told: how the run stands. Nodes, one by one, are for the board and the page. */
const ofPhases: ReadonlySet<MessageKind> = new Set<MessageKind>([
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

/** The forge whose merge began the run: its pull request, and a deployment. */
function forge({ request: { cluster, origin }, run }: RunInput): Audience[] {
  if (!origin?.forge) return [];
  const tell: Audience['tell'] = async ({ message, board }) => {
    if (!ofPhases.has(message.kind)) return undefined;
    const { tellForge } = proxyActivities<Activities>(tellingOptions(`the forge: ${message.kind}`));
    const { why } = await tellForge({ cluster, run, message, ...(board ? { board } : {}) });
    return why;
  };
  return [{ tell }];
}
