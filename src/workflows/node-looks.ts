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

/** Observes nodes that halted a run, before they are retried or rolled back. */
export class NodeLooks {
  constructor(
    private readonly input: RunInput,
    private readonly hopNow: () => CurrentHop,
    /** How nodes ended so far. */
    private readonly endings: readonly NodeEnding[],
  ) {}

  async retry(name: string): Promise<Retry> {
    const { act, about } = this.observing(name, 'retried');
    return act.planRetry(about).catch((error: unknown) => this.notObserved(error, name));
  }

  async rollback(name: string): Promise<Rollback> {
    const { act, about } = this.observingForRollback(name, 'rolled back');
    return act.planRollback(about).catch((error: unknown) => this.notObserved(error, name));
  }

  /** The node could not be observed: nothing is begun, and the reason says what prevented it. */
  private notObserved(
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
    const { act, about } = this.observingForRollback(name, 'rolled back automatically');
    try {
      return await act.planOwnRollback({ ...about, halt });
    } catch (error) {
      if (isCancellation(error)) throw error;
      // The node could not be observed: a person decides.
      return undefined;
    }
  }

  /** The observation for a rollback: of Terraform, too, where the machine was replaced. */
  private observingForRollback(name: string, how: string) {
    const { hop, plan } = this.hopNow();
    const { act, about } = this.observing(name, how, plan.terraform ? plan.limits.terraformPlan : 0);
    return { act, about: { ...about, ...rollbackHopOf(hop, about.node, this.endings) } };
  }

  /** The activities and the input that observe a node. */
  private observing(name: string, how: string, asking = 0) {
    const { hop, plan } = this.hopNow();
    const { request, run } = this.input;
    const node = hop.nodes.find((one) => one.name === name);
    if (!node) throw new Error(`${name} halted, and is in no hop`);
    const act = activitiesFor('look', plan.limits.observe + asking, `${name} is observed, to be ${how}`);
    return { act, about: { cluster: request.cluster, run, node, to: hop.to } };
  }
}
