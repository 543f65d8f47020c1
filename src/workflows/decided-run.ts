import type { OwnRollback } from '../activities/plan-own-rollback.js';
import type { Halt } from '../planning/rollback/automatic-rollback.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { Retry } from '../planning/rollback/retry.js';
import type { Rollback } from '../planning/rollback/rollback.js';
import type { NodeEnding } from '../planning/report/run-result.js';
import type { Standing } from './decision-refusals.js';
import type { RunNotifications } from './run-notifications.js';

/** One attempt at a node: its steps and its number. */
export interface NodeAttempt {
  readonly node: PlannedNode;
  readonly steps: readonly StepName[];
  /** From 1. */
  readonly attempt: number;
}

/** What decisions about nodes need to know of their run, and can do with it. */
export interface DecidedRun {
  /** Milliseconds a halted run waits; 0: it ends at once. */
  readonly limit: number;
  /** Whether it is about to end. */
  readonly ending: () => boolean;
  /** The run's progress with a node, apart from decisions about it. */
  readonly standing: (node: string) => Standing;
  /** Observes a node that halted, and plans its retry. */
  readonly retry: (node: string) => Promise<Retry>;
  /** Observes a node that halted, and plans its rollback. */
  readonly rollback: (node: string) => Promise<Rollback>;
  /** Plans the automatic rollback of a node; undefined: slipway.yaml has none, or the node could not be observed. */
  readonly ownRollback: (node: string, halt: Halt) => Promise<OwnRollback | undefined>;
  /** Whether the run continues without that node, as slipway.yaml says. */
  readonly without: (ending: NodeEnding) => boolean;
  /** Stops the work on a node at its next safe point. */
  readonly stop: (node: string) => void;
  /** Called when the wait begins and when the run continues. */
  readonly tell: (phase: 'decision' | 'upgrading') => void;
  /** Notifies people of what halts the run, and of who decided what about it. */
  readonly news: Pick<RunNotifications, 'halted' | 'decided'>;
}

/** How a halted batch is settled. */
export type Settled =
  | { readonly kind: 'goes-on'; readonly turns: readonly NodeAttempt[] }
  | { readonly kind: 'ends'; readonly reason: Reason };
