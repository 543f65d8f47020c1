import type { QueueMemo, BlockedVersion } from '../../workflows/messages.js';
import { describe, holdSentence } from '../reasons/describe.js';
import { harmless } from '../text/markdown.js';
import type { WindowState } from '../gates/maintenance-window.js';
import { moment, span } from '../text/phrases.js';
import type { Planned } from '../plan/plan.js';

/** What a run that a merge begins would meet. */
export interface MergeMeets {
  readonly cluster: string;
  /** What the queue of the cluster says of itself; left out: it has none yet. */
  readonly queue?: QueueMemo;
  /** How the maintenance windows stand; left out: there are none. */
  readonly window?: WindowState;
}

/** What merging does as things stand, each a sentence of Markdown. */
export function mergeOutlook(planned: Planned, meets: MergeMeets): string[] {
  const begins = whenItBegins(meets, blockedVersionOf(planned, meets));
  if (planned.verdict === 'refused')
    return [...begins, 'It touches nothing: its plan is refused, as this one is.'];
  if (planned.verdict === 'nothing-to-do') return [...begins, 'It finds nothing to do, and ends.'];
  const { approvals = [], limits } = planned.plan;
  const asks = approvals.map(({ why }) => harmless(why));
  return [
    ...begins,
    asks.length > 0
      ? `Before it touches anything it waits, ${span(limits.approval)} at most, for a person to approve its plan: ${asks.join('; ')}. It says then what to type.`
      : 'Nobody is asked.',
    ...windowText(meets.window),
  ];
}

/** Whether what it brings was rolled back. A run that brings it again just now decides about that. */
function blockedVersionOf(planned: Planned, { queue }: MergeMeets): BlockedVersion | undefined {
  const { blockedVersions = [], open } = queue ?? {};
  const target = planned.verdict === 'planned' ? planned.plan.target : undefined;
  return open?.target === target ? undefined : blockedVersions.findLast(({ talos }) => talos === target);
}

function whenItBegins({ cluster, queue }: MergeMeets, blockedVersions: BlockedVersion | undefined): string[] {
  const obstacles = obstacleTexts(cluster, queue).map((text) => harmless(text));
  const waiting = queue?.waiting;
  return [
    blockedVersions
      ? `The upgrade waits for a person, who types \`slipway upgrade\`: ${harmless(describe({ kind: 'taken-back', cluster, ...blockedVersions }))}.`
      : obstacles.length === 0
        ? 'The upgrade begins automatically.'
        : `The upgrade waits, and begins automatically once that is over: ${obstacles.join('; and ')}.`,
    ...(waiting ? [`Talos ${harmless(waiting.target)}, which waits there, is not brought then.`] : []),
  ];
}

/** In the order in which a queue looks. */
function obstacleTexts(cluster: string, queue: QueueMemo | undefined): string[] {
  const { open, hold, frozen } = queue ?? {};
  return [
    ...(open ? [describe({ kind: 'run-open', cluster, ...open })] : []),
    ...(hold ? [holdSentence(hold, cluster)] : []),
    ...(frozen ? [describe({ kind: 'frozen', cluster, ...frozen })] : []),
  ];
}

function windowText(window: WindowState | undefined): string[] {
  if (!window) return [];
  if (window.open) return [`The maintenance window is open: nodes are begun until ${moment(window.until)}.`];
  const { opens } = window;
  return [
    opens === undefined
      ? 'No maintenance window opens any more, so no node is begun: correct upgrade.windows.'
      : `Its first node waits for the maintenance window, which opens ${moment(opens)}.`,
  ];
}
