import { count, listed, quoted, span } from '../text/phrases.js';
import { stateWords } from '../report/node-state-words.js';
import type { Strategy } from '../plan/plan.js';
import type { NodeState } from '../report/run-result.js';
import type { Reason } from './reason.js';
import {
  type Entries,
  refuse,
  undo,
  halt,
  haltWithRollback,
  thenRelease,
  continueAfterRelease,
} from './entry.js';

/** What ended a run, or what was left undecided in it. */
export type RunReason =
  | { readonly kind: 'snapshot-failed'; readonly why: string }
  | { readonly kind: 'snapshot-unproven'; readonly why: string }
  /** A wait timed out. `reason` is the last unmet condition. */
  | {
      readonly kind: 'gave-up';
      readonly waitedFor: string;
      readonly limit: number;
      readonly reason: Reason | undefined;
    }
  | { readonly kind: 'aborted'; readonly by: string }
  /** Another node of its batch failed first, so this one went no further. */
  | { readonly kind: 'fleet-halted'; readonly because: string }
  /** No maintenance window opened within that time. Milliseconds. */
  | { readonly kind: 'window-expired'; readonly limit: number }
  /** A pause that was not resumed. Milliseconds. */
  | { readonly kind: 'pause-expired'; readonly by: string; readonly limit: number }
  | { readonly kind: 'terminated' }
  /** None of the above: a defect until shown otherwise. The message is redacted and cut. */
  | { readonly kind: 'unexpected'; readonly message: string }
  /** A retry that would have to differ from the plan. */
  | { readonly kind: 'retry-other-way'; readonly node: string; readonly to: string; readonly found: string }
  /** Somebody skipped it before it began, and an earlier run left it unhealthy. */
  | { readonly kind: 'left-unfinished'; readonly node: string; readonly state: NodeState }
  /** Somebody, or `undrained: skip`, had the run skip nodes that do not run its target. All others do. */
  | {
      readonly kind: 'nodes-skipped';
      readonly nodes: readonly string[];
      readonly target: string;
      /** False: the target was given on the command line. */
      readonly declared: boolean;
      /** The strategy override of the run. */
      readonly strategy?: Strategy;
      /** The run that this one rolls back. */
      readonly rollsBack?: number;
    }
  /** A halted run without a decision; `reason`: why it had halted. */
  | { readonly kind: 'undecided'; readonly node: string; readonly limit: number; readonly reason: Reason };

export const runReasons: Entries<RunReason> = {
  'snapshot-failed': {
    failure: {
      after: 'halt',
      retry: true,
      note: 'the next attempt may do; no node is touched before',
    },
    sentence: ({ why }) => `no etcd snapshot could be taken and stored: ${quoted(why)}`,
    advice: (_, say) => [
      say.inventoryCheck('whether snapshot.directory is right and can be written'),
      thenRelease(say),
    ],
  },
  'snapshot-unproven': {
    failure: halt('no node is touched without a snapshot that restores'),
    sentence: ({ why }) => `the etcd snapshot could not be shown to restore: ${quoted(why)}`,
    advice: (_, say) => [
      say.tools('whether etcdutl fits'),
      say.report('what was compared'),
      thenRelease(say),
    ],
  },
  'gave-up': {
    failure: haltWithRollback('every wait ends, and the report lists what was begun', 'if-its-own'),
    sentence: ({ waitedFor, limit, reason }, describe) => {
      const waited = `waited ${limit > 0 ? span(limit) : 'in vain'} for this: ${quoted(waitedFor)}`;
      return reason === undefined ? waited : `${waited}; the last that was seen: ${describe(reason)}`;
    },
    advice: ({ reason }, say) => [
      ...(reason === undefined ? [say.status('what it waited for')] : say.adviseOn(reason)),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  aborted: {
    failure: halt('a person said so; what can be undone was undone'),
    sentence: ({ by }) => `it was aborted by ${quoted(by)}`,
    advice: (_, say) => [say.report('how far it came'), thenRelease(say), continueAfterRelease(say)],
  },
  'fleet-halted': {
    failure: undo('the first failure stops the others of its batch'),
    sentence: ({ because }) => `it went no further, because ${quoted(because)}`,
    advice: (_, say) => [say.report('what stopped first'), thenRelease(say), continueAfterRelease(say)],
  },
  'window-expired': {
    failure: halt('every wait ends; no node was under work'),
    sentence: ({ limit }) => `no maintenance window of slipway.yaml opened within ${span(limit)}`,
    advice: (_, say) => [
      say.inventoryCheck('after upgrade.windows, or limits.window, was corrected'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'pause-expired': {
    failure: halt('every wait ends; no node was under work'),
    sentence: ({ by, limit }) =>
      `it was paused by ${quoted(by)}, and nobody resumed it within ${span(limit)}`,
    advice: (_, say) => [say.report('how far it came'), thenRelease(say), continueAfterRelease(say)],
  },
  terminated: {
    failure: halt('no code ran; the marks say how far it came'),
    sentence: () => 'it was terminated, so nothing was undone; its marks on the nodes say how far it came',
    advice: (_, say) => [
      say.kubectl(
        `get nodes -o custom-columns='NAME:.metadata.name,CORDONED:.spec.unschedulable,RUN:.metadata.annotations.slipway\\.dev/run'`,
        'the marks it left',
      ),
      thenRelease(say),
      say.upgrade('takes over the nodes it left, after the release'),
    ],
  },
  unexpected: {
    failure: {
      after: 'halt',
      retry: true,
      note: 'not known: tried again within the limit, then a person looks',
    },
    sentence: ({ message }) => `something happened that Slipway does not know: ${quoted(message)}`,
    advice: (_, say) => [
      say.report('each step with its times'),
      say.status('what the worker says'),
      thenRelease(say),
    ],
  },
  'retry-other-way': {
    failure: refuse('a plan that was approved is not changed'),
    sentence: ({ node, to, found }) =>
      `${node} cannot be retried by the plan of this run, which brings it to ${to}: ${quoted(found)}`,
    advice: (_, say) => [
      say.abort('ends the run; the cluster is held'),
      thenRelease(say),
      say.plan('what a new run would do', ''),
    ],
  },
  'left-unfinished': {
    failure: halt('the others are done; what an earlier run left is for a person to look at'),
    sentence: ({ node, state }) =>
      `${node} was left out before its turn, as an earlier run left it: it ${stateWords[state]}`,
    advice: ({ node }, say) => [
      say.kubectl(`get node ${node} -o wide`, 'what Kubernetes sees of it'),
      thenRelease(say),
      say.upgrade('takes it over, after the release'),
    ],
  },
  'nodes-skipped': {
    failure: {
      after: 'none',
      retry: false,
      note: 'every other node runs the target; the next run takes the skipped ones',
    },
    sentence: ({ nodes, target }) =>
      nodes.length === 1
        ? `${listed(nodes)} was skipped and does not run Talos ${target}`
        : `${count(nodes.length, 'node')} were skipped and do not run Talos ${target}: ${listed(nodes, 20)}`,
    advice: ({ nodes, target, declared, strategy, rollsBack }, say) => {
      const only = `--only ${nodes.join(' ')}`;
      const options = [
        ...(declared ? [] : [`--talos ${target}`]),
        ...(strategy === undefined ? [] : [`--strategy ${strategy}`]),
        only,
      ].join(' ');
      const which = nodes.length === 1 ? 'the skipped node' : 'the skipped nodes';
      return [
        rollsBack === undefined
          ? say.upgrade(`upgrades ${which}`, options)
          : say.rollBackRun(rollsBack, `rolls back ${which}`, only),
        say.report('who skipped what, and why'),
      ];
    },
  },
  undecided: {
    failure: halt('every wait ends; no node was under work'),
    sentence: ({ node, limit, reason }, describe) =>
      `nobody decided about ${node} within ${span(limit)}: ${describe(reason)}`,
    advice: ({ reason }, say) => [...say.adviseOn(reason)],
  },
};
