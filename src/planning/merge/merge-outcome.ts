import type { EnqueueMergeAnswer } from '../../workflows/messages.js';
import type { DeclaredChange } from './declared-change.js';
import { describeDeclaredChange } from './describe-declared-change.js';
import { fenced, harmless } from '../text/markdown.js';
import type { Reason } from '../reasons/reason.js';

/** The outcome of a merge for one cluster. */
export interface MergeOutcome {
  /** The queue's response; left out: nothing was submitted. */
  readonly answer?: EnqueueMergeAnswer;
  /** A version that waited, and is now superseded or cancelled. */
  readonly cancelled?: string;
}

/**
 * The outcome of a merge, as its pull request shows it: Markdown, in which text of others stays text.
 *
 * @param describe the sentence of a reason.
 */
export function mergeText(
  change: DeclaredChange,
  { answer, cancelled }: MergeOutcome,
  describe: (reason: Reason) => string,
): string {
  const cluster = 'cluster' in change && change.cluster !== undefined ? change.cluster : '';
  const further = answer ? becameOf(cluster, change, answer, describe) : nextStep(change);
  return [
    `**${harmless(describeDeclaredChange(change))}.**`,
    ...(change.kind === 'unreadable' ? [fenced(change.mistakes.join('\n'))] : []),
    ...(further === undefined ? [] : [further]),
    ...(cancelled === undefined
      ? []
      : [`Talos ${harmless(cancelled)}, which waited, is not brought any more.`]),
  ].join('\n\n');
}

/** The outcome for a merge whose version a later merge cancelled or replaced before it began. */
export function overtakenText(target: string): string {
  return `**Talos ${harmless(target)} is not brought: before it began, a later merge declared another version.**`;
}

function becameOf(
  cluster: string,
  change: DeclaredChange,
  answer: EnqueueMergeAnswer,
  describe: (reason: Reason) => string,
): string {
  if (answer.verdict === 'started')
    return `Run ${answer.run} of ${harmless(cluster)} has begun: \`slipway watch ${cluster}/${answer.run}\`.`;
  if (answer.verdict === 'known') return 'It was submitted before.';
  if (answer.verdict === 'refused') return `It is not begun: ${harmless(describe(answer.reason))}.`;
  const { reason, instead } = answer;
  const why = harmless(describe(reason));
  const other =
    instead === undefined ? '' : ` Talos ${harmless(instead)}, which waited there, is not brought any more.`;
  const shown = `${other} \`slipway queue ${cluster}\` shows it.`;
  if (reason.kind === 'version-blocked')
    return `It waits for a person: ${why}. \`slipway upgrade\` brings it all the same, once nothing else keeps the cluster.${shown}`;
  const unless = !mayStay(change, reason)
    ? ''
    : reason.kind === 'run-open' && reason.back
      ? ' Once that run has taken anything back, it waits for a person.'
      : ' Should that run roll back, it waits for a person.';
  return `It waits, and begins automatically: ${why}.${unless}${shown}`;
}

/** Whether the end of the open run may block this merge; its comment is not updated then. */
function mayStay(change: DeclaredChange, reason: Reason): boolean {
  if (reason.kind !== 'run-open' || change.kind !== 'upgrade') return false;
  return reason.back === true || (change.talos?.to ?? reason.target) === reason.target;
}

/** What to do where no run starts automatically, and the sentence of the change does not say it. */
function nextStep(change: DeclaredChange): string | undefined {
  if (change.kind === 'mended')
    return 'What of that is new is not known, so nothing begins automatically. `slipway upgrade` begins it.';
  if (change.kind === 'upgrade' && change.what === 'kubernetes')
    return 'Nothing begins: Slipway upgrades Talos. Kubernetes alone is for `talosctl upgrade-k8s`.';
  return undefined;
}
