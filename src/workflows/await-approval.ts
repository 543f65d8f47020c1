import { ApplicationFailure, allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { UpgradePlan } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import { approvalRefusal, type ApprovalState } from './approval-refusals.js';
import {
  approvePlan,
  rejectPlan,
  supersedeRun,
  type Approval,
  type ApprovalInput,
  type ApproveAnswer,
  type RejectAnswer,
  type SupersedeInput,
} from './messages.js';

/** A person's yes or no to the plan of one run. Where a plan needs one, nothing is touched before it is there. */
export class PlanAnswer {
  private state: ApprovalState = { kind: 'planning' };
  private plan = '';
  private rejected: Approval | undefined;
  private superseded: Reason | undefined;

  /**
   * @param limit milliseconds after which a plan that nobody answered ends the run.
   * @param ending whether the run is on its way to its end.
   */
  constructor(
    private readonly limit: number,
    private readonly ending: () => boolean,
  ) {
    setHandler(approvePlan, (input: ApprovalInput) => this.approve(input), {
      validator: (input: ApprovalInput) => this.check('approve', input),
      description: "A person's yes to the plan, by its hash, with a name and a reason: the run begins.",
    });
    setHandler(rejectPlan, (input: ApprovalInput) => this.reject(input), {
      validator: (input: ApprovalInput) => this.check('reject', input),
      description: "A person's no to the plan: the run ends, and nothing was touched.",
    });
    setHandler(supersedeRun, (by) => this.supersede(by), {
      description: 'A newer merge wants another version: a run that has touched nothing ends.',
    });
  }

  /**
   * Waits for the yes, where the plan needs one.
   *
   * @param tell is called when it begins to wait, and when it goes on.
   * @returns why the run ends here; undefined: it goes on.
   */
  async point(
    { approvals = [], hash }: Pick<UpgradePlan, 'approvals' | 'hash'>,
    tell: (phase: 'approval' | 'upgrading') => void,
  ): Promise<Reason | undefined> {
    if (this.superseded) return this.superseded;
    if (approvals.length === 0) {
      this.state = { kind: 'not-needed' };
      return undefined;
    }
    this.plan = hash;
    this.state = { kind: 'waiting', plan: hash };
    tell('approval');
    const answered = await condition(
      () => this.state.kind === 'approved' || this.rejected !== undefined || this.superseded !== undefined,
      this.limit,
    );
    if (this.superseded) {
      this.state = { kind: 'ending' };
      await condition(allHandlersFinished);
      return this.superseded;
    }
    if (!answered) {
      this.state = { kind: 'ending' };
      return { kind: 'approval-expired', plan: hash, limit: this.limit };
    }
    // Where both were said at once, no counts.
    if (this.rejected) {
      this.state = { kind: 'ending' };
      // Whoever said no gets an answer before the run is over.
      await condition(allHandlersFinished);
      const { by, why } = this.rejected;
      return { kind: 'approval-rejected', by, why, plan: hash };
    }
    tell('upgrading');
    return undefined;
  }

  /** What was approved goes on: it may have touched a node. */
  private supersede(by: SupersedeInput): void {
    if (this.state.kind === 'planning' || this.state.kind === 'waiting')
      this.superseded ??= { kind: 'superseded', ...by };
  }

  private check(verb: 'approve' | 'reject', input: ApprovalInput): void {
    const why = approvalRefusal(verb, this.now(), input);
    if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'approval-refused');
  }

  private now(): ApprovalState {
    return this.ending() || this.rejected || this.superseded ? { kind: 'ending' } : this.state;
  }

  private approve({ by, why }: ApprovalInput): ApproveAnswer {
    const { state } = this;
    if (state.kind === 'approved') return { verdict: 'approved-already', approval: state.approval };
    const approval = this.record(by, why);
    this.state = { kind: 'approved', approval };
    return { verdict: 'approved', approval };
  }

  private reject({ by, why }: ApprovalInput): RejectAnswer {
    this.rejected ??= this.record(by, why);
    return { verdict: 'rejected', rejection: this.rejected };
  }

  private record(by: string, why: string): Approval {
    return { plan: this.plan, by, why, at: new Date().toISOString() };
  }
}
