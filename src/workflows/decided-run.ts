import type { OwnRollback } from '../activities/plan-own-rollback.js';
import type { Halt } from '../planning/rollback/automatic-rollback.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { Retry } from '../planning/rollback/retry.js';
import type { Rollback } from '../planning/rollback/rollback.js';
import type { NodeEnding } from '../planning/report/run-result.js';
import type { Standing } from './decision-refusals.js';
import type { RunNews } from './run-news.js';

/** One attempt at a node: what it does, and which it is. */
export interface NodeAttempt {
  readonly node: PlannedNode;
  readonly steps: readonly StepName[];
  /** From 1. */
  readonly attempt: number;
}

/** What the decisions of a run rest on. */
export interface DecidedRun {
  /** Milliseconds a halted run waits; 0: it ends at once. */
  readonly limit: number;
  /** Whether it is on its way to its end. */
  readonly ending: () => boolean;
  /** Where it is with a node, but for what was decided about it. */
  readonly standing: (node: string) => Standing;
  /** Observes a node that halted, and says how it would be retried. */
  readonly retry: (node: string) => Promise<Retry>;
  /** The same of how it would roll back. */
  readonly rollback: (node: string) => Promise<Rollback>;
  /** The same, where nobody has decided about it: undefined where that is not asked, or could not be. */
  readonly ownRollback: (node: string, halt: Halt) => Promise<OwnRollback | undefined>;
  /** Whether the run goes on without that node, as slipway.yaml says. */
  readonly without: (ending: NodeEnding) => boolean;
  /** Stops the work on a node at its next safe point. */
  readonly stop: (node: string) => void;
  /** Called when it begins to wait, and when it goes on. */
  readonly tell: (phase: 'decision' | 'upgrading') => void;
  /** Hears what halts the run, and who decided what about it. */
  readonly news: Pick<RunNews, 'halted' | 'decided'>;
}

/** What a halted batch comes to. */
export type Settled =
  | { readonly kind: 'goes-on'; readonly turns: readonly NodeAttempt[] }
  | { readonly kind: 'ends'; readonly reason: Reason };
