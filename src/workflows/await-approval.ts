import { ApplicationFailure, allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { UpgradePlan } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import { approvalRefusal, type ApprovalState } from './approval-refusals.js';
import {
  approvePlan,
  rejectPlan,
  type Approval,
  type ApprovalInput,
  type ApproveAnswer,
  type RejectAnswer,
} from './messages.js';
import type { RunNews } from './run-news.js';

/** A person's yes or no to the plan of one run. Where a plan needs one, nothing is touched before it is there. */
export class PlanAnswer {
  private state: ApprovalState = { kind: 'planning' };
  private plan = '';
  private rejected: Approval | undefined;

  /**
   * @param limit milliseconds after which a plan that nobody answered ends the run.
   * @param ending whether the run is on its way to its end.
   * @param superseded why a run that has touched nothing ends here, once there is a reason.
   * @param news hears who answered.
   */
  constructor(
    private readonly limit: number,
    private readonly ending: () => boolean,
    private readonly superseded: () => Reason | undefined,
    private readonly news: Pick<RunNews, 'decided'>,
  ) {
    setHandler(approvePlan, (input: ApprovalInput) => this.approve(input), {
      validator: (input: ApprovalInput) => this.check('approve', input),
      description: "A person's yes to the plan, by its hash, with a name and a reason: the run begins.",
    });
    setHandler(rejectPlan, (input: ApprovalInput) => this.reject(input), {
      validator: (input: ApprovalInput) => this.check('reject', input),
      description: "A person's no to the plan: the run ends, and nothing was touched.",
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
    const before = this.superseded();
    if (before) return before;
    if (approvals.length === 0) {
      this.state = { kind: 'not-needed' };
      return undefined;
    }
    this.plan = hash;
    this.state = { kind: 'waiting', plan: hash };
    tell('approval');
    const answered = await condition(
      () => this.state.kind === 'approved' || this.rejected !== undefined || this.superseded() !== undefined,
      this.limit,
    );
    const superseded = this.superseded();
    // What a person said yes to in the same moment is superseded all the same: nothing was touched.
    if (superseded) {
      this.state = { kind: 'ending' };
      await condition(allHandlersFinished);
      return superseded;
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

  private check(verb: 'approve' | 'reject', input: ApprovalInput): void {
    const why = approvalRefusal(verb, this.now(), input);
    if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'approval-refused');
  }

  private now(): ApprovalState {
    return this.ending() || this.rejected ? { kind: 'ending' } : this.state;
  }

  private approve({ by, why }: ApprovalInput): ApproveAnswer {
    const { state } = this;
    if (state.kind === 'approved') return { verdict: 'approved-already', approval: state.approval };
    const approval = this.record(by, why);
    this.state = { kind: 'approved', approval };
    this.news.decided({ kind: 'approve', by, why });
    return { verdict: 'approved', approval };
  }

  private reject({ by, why }: ApprovalInput): RejectAnswer {
    if (!this.rejected) this.news.decided({ kind: 'reject', by, why });
    this.rejected ??= this.record(by, why);
    return { verdict: 'rejected', rejection: this.rejected };
  }

  private record(by: string, why: string): Approval {
    return { plan: this.plan, by, why, at: new Date().toISOString() };
  }
}
