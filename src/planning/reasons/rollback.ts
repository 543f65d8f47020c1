import { moment, quoted } from '../text/phrases.js';
import { stateWords } from '../report/node-state-words.js';
import type { NodeState } from '../report/run-result.js';
import type { Reason } from './reason.js';
import { type AdviceCommands, type Entries, refuse, undo, halt, thenRelease } from './entry.js';

/** A node was to roll back to the previous version, and did not reach it. */
export interface RollbackFailed {
  readonly kind: 'rollback-failed';
  readonly node: string;
  /** The previous version. */
  readonly version: string;
  /** State of the node now, by name. */
  readonly state: NodeState;
  readonly reason: Reason;
}

/** Outcome of the request that boots a node's other slot. */
export type RollbackFailure =
  | RollbackFailed
  /** It was, or may have been, sent; the node shows no sign of it. A second request would boot the slot that the first one left. */
  | {
      readonly kind: 'rollback-unanswered';
      readonly node: string;
      /** The previous version. */
      readonly version: string;
      readonly since: string;
      /** It is one of a run that is rolled back as a whole. */
      readonly whole?: true;
    }
  /** The node has rebooted, and still runs the version it was to leave. */
  | {
      readonly kind: 'rollback-not-booted';
      readonly node: string;
      readonly version: string;
      /** The previous version. */
      readonly wanted: string;
      readonly whole?: true;
    };

/** How a node that halted a run was rolled back, by a person or automatically, and the outcome. */
export type RollbackReason =
  | RollbackFailure
  /** It rolled back to the previous version on a person's decision. */
  | {
      readonly kind: 'rolled-back';
      readonly node: string;
      readonly version: string;
      /** Who decided, and why; left out: it rolled back automatically. */
      readonly by?: string;
      /** Why it had halted. */
      readonly after?: Reason;
    }
  /** No rollback is possible now; `why` follows a colon. */
  | { readonly kind: 'rollback-impossible'; readonly node: string; readonly why: string }
  /** Talos rejected the rollback, and changed nothing. */
  | { readonly kind: 'rollback-refused'; readonly node: string; readonly why: string };

/** While the run waits. In a run that is rolled back as a whole, the rollback is what is retried. */
const decideWhileRunWaits = (node: string, whole: true | undefined, say: AdviceCommands): string =>
  say.decide(
    whole ? 'retry' : 'rollback',
    node,
    'while the run waits: again, after a look at what it is now',
  );

export const rollbackReasons: Entries<RollbackReason> = {
  'rollback-unanswered': {
    failure: halt('it may have been sent; a second one could go forward again'),
    sentence: ({ node, version, since }) =>
      `${node} shows no sign of the rollback to ${version} that was, or may have been, asked for ${moment(since)}; ` +
      'it is not asked for again automatically, since a second one could go forward again',
    advice: ({ node, whole }, say) => [
      say.talosctl(node, 'version', 'which of the two it runs'),
      say.talosctl(node, 'get machinestatus', 'whether it reboots'),
      decideWhileRunWaits(node, whole, say),
      thenRelease(say),
    ],
  },
  'rollback-not-booted': {
    failure: halt('why its other slot did not boot is for a person to find out'),
    sentence: ({ node, version, wanted }) =>
      `${node} was to roll back to ${wanted} and came back on ${version} (boot id changed, version did not); it is not asked for again automatically`,
    advice: ({ node, whole }, say) => [
      say.talosctl(node, 'dmesg', 'why it did not boot its other slot; look at its console too'),
      decideWhileRunWaits(node, whole, say),
      thenRelease(say),
    ],
  },
  'rollback-failed': {
    failure: halt('what the rollback left is for a person to look at; no other node is begun'),
    sentence: ({ node, version, state, reason }, describe) =>
      `CRITICAL: ${node} did not come back to ${version}: ${describe(reason)}; it ${stateWords[state]}, and no other node is begun`,
    advice: ({ node, reason }, say) => [
      ...say.adviseOnRollback(reason),
      say.kubectl(`get node ${node} -o wide`, 'what Kubernetes sees of it'),
      thenRelease(say),
    ],
  },
  'rolled-back': {
    failure: halt('a person looks at why before the same is tried again'),
    sentence: ({ node, version, by, after }, describe) => {
      const who = by === undefined ? 'automatically' : `by ${quoted(by)}`;
      const why = after === undefined ? '' : `; it rolled back because ${describe(after)}`;
      return `${node} was rolled back to ${version} ${who}, and is well${why}`;
    },
    advice: (_, say) => [say.report('what happened before'), thenRelease(say)],
  },
  'rollback-impossible': {
    failure: refuse('nothing was touched'),
    sentence: ({ node, why }) => `${node} cannot be rolled back: ${why}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'version', 'what runs, if it answers'),
      say.report('how far it came'),
      thenRelease(say),
    ],
  },
  'rollback-refused': {
    failure: undo('Talos changed nothing'),
    sentence: ({ node, why }) => `Talos on ${node} refused the rollback and changed nothing: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'why it has no slot to roll back to'),
      thenRelease(say),
    ],
  },
};
