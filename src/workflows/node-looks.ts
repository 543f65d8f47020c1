import { isCancellation } from '@temporalio/workflow';
import type { OwnRollback } from '../activities/plan-own-rollback.js';
import type { Halt } from '../planning/rollback/automatic-rollback.js';
import type { Hop, UpgradePlan } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { Retry } from '../planning/rollback/retry.js';
import type { Rollback } from '../planning/rollback/rollback.js';
import type { NodeEnding } from '../planning/report/run-result.js';
import { reasonOf } from './failure-reason.js';
import type { RunInput } from './messages.js';
import { activitiesFor } from './step-activities.js';
import { rollbackHopOf } from './rollback-hop.js';

/** The hop under way. */
export interface CurrentHop {
  readonly plan: UpgradePlan;
  readonly hop: Hop;
  /** From 1. */
  readonly number: number;
}

/** How nodes that halted a run are looked at, before they are retried or roll back. */
export class NodeLooks {
  constructor(
    private readonly input: RunInput,
    private readonly hopNow: () => CurrentHop,
    /** How nodes ended so far. */
    private readonly endings: readonly NodeEnding[],
  ) {}

  async retry(name: string): Promise<Retry> {
    const { act, about } = this.looking(name, 'retried');
    return act.planRetry(about).catch((error: unknown) => this.notSeen(error, name));
  }

  async rollback(name: string): Promise<Rollback> {
    const { act, about } = this.lookingBack(name, 'rolled back');
    return act.planRollback(about).catch((error: unknown) => this.notSeen(error, name));
  }

  /** Nobody could look: that is why nothing is begun, in the words of what kept it. */
  private notSeen(
    error: unknown,
    name: string,
  ): { readonly verdict: 'refused'; readonly reasons: readonly Reason[] } {
    if (isCancellation(error)) throw error;
    return {
      verdict: 'refused',
      reasons: [reasonOf(error, `${name} is observed`, this.hopNow().plan.limits.observe)],
    };
  }

  async ownRollback(name: string, halt: Halt): Promise<OwnRollback | undefined> {
    if (this.hopNow().plan.onFailure !== 'rollback') return undefined;
    const { act, about } = this.lookingBack(name, 'rolled back automatically');
    try {
      return await act.planOwnRollback({ ...about, halt });
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Nobody could see it: then it is for a person.
      return undefined;
    }
  }

  /** The same, of a node that rolls back: where its machine was replaced, at Terraform too. */
  private lookingBack(name: string, how: string) {
    const { hop, plan } = this.hopNow();
    const { act, about } = this.looking(name, how, plan.terraform ? plan.limits.terraformPlan : 0);
    return { act, about: { ...about, ...rollbackHopOf(hop, about.node, this.endings) } };
  }

  /** What observes a node that is to be treated so. */
  private looking(name: string, how: string, asking = 0) {
    const { hop, plan } = this.hopNow();
    const { request, run } = this.input;
    const node = hop.nodes.find((one) => one.name === name);
    if (!node) throw new Error(`${name} halted, and is in no hop`);
    const act = activitiesFor('look', plan.limits.observe + asking, `${name} is observed, to be ${how}`);
    return { act, about: { cluster: request.cluster, run, node, to: hop.to } };
  }
}
