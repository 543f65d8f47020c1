import type { QueueMemo, BlockedVersion } from '../../workflows/messages.js';
import { describe, holdSentence } from '../reasons/describe.js';
import { harmless } from '../text/markdown.js';
import type { WindowState } from '../gates/maintenance-window.js';
import { moment, span } from '../text/phrases.js';
import type { Planned } from '../plan/plan.js';

/** What a run that a merge starts would meet. */
export interface MergeMeets {
  readonly cluster: string;
  /** The queue state of the cluster; left out: it has none yet. */
  readonly queue?: QueueMemo;
  /** State of the maintenance windows; left out: there are none. */
  readonly window?: WindowState;
}

/** What merging would do now, each a sentence of Markdown. */
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

/** Whether the merge brings a rolled-back version. A run that brings it now decides about that itself. */
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
      ? `The upgrade waits for a person, who types \`slipway upgrade\`: ${harmless(describe({ kind: 'version-blocked', cluster, ...blockedVersions }))}.`
      : obstacles.length === 0
        ? 'The upgrade begins automatically.'
        : `The upgrade waits, and begins automatically once that is over: ${obstacles.join('; and ')}.`,
    ...(waiting ? [`Talos ${harmless(waiting.target)}, which waits there, is not brought then.`] : []),
  ];
}

/** In the order in which the queue checks. */
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
