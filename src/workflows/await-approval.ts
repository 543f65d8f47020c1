import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import type { UpgradePlan } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { approvalRefusal, samePerson, type ApprovalState } from './approval-refusals.js';
import { answerShape, validAnswer, validSignal } from './valid-answer.js';
import { onOneLine } from './valid-texts.js';
import {
  approveBySignal,
  approvePlan,
  bySignal,
  rejectBySignal,
  rejectPlan,
  type Approval,
  type ApprovalInput,
  type ApproveAnswer,
  type RejectAnswer,
  type SignalledMemo,
} from './messages.js';
import type { RunNotifications } from './run-notifications.js';

/** The part of a plan that says whether it needs approval, and by how many people. */
type AskingPlan = Pick<UpgradePlan, 'approvals' | 'approvers' | 'hash'>;

/** How many rejected signals the run's details show: the newest. */
const refusedMax = 3;

/** The approval of one run's plan, or its rejection. Where a plan needs approval, nothing is touched before that. */
export class PlanAnswer {
  private state: ApprovalState = { kind: 'planning' };
  private plan = '';
  private rejected: Approval | undefined;
  /** Why signals were rejected, the newest last: a signal has no response. */
  refusedSignals: readonly string[] = [];

  /**
   * @param limit milliseconds after which an unanswered plan ends the run.
   * @param ending whether the run is about to end.
   * @param superseded why a run that has touched nothing ends here, once there is a reason.
   * @param onChange called when what the details show of the wait has changed.
   * @param notifications receives who decided.
   */
  constructor(
    private readonly limit: number,
    private readonly ending: () => boolean,
    private readonly superseded: () => Reason | undefined,
    private readonly onChange: () => void,
    private readonly notifications: Pick<RunNotifications, 'decided'>,
  ) {
    setHandler(
      approvePlan,
      onOneLine((input: ApprovalInput) => this.approve(input)),
      {
        validator: (input: ApprovalInput) => this.check('approve', input),
        description: `A person's approval of the plan, by its hash: the run begins. Input: ${answerShape}`,
      },
    );
    setHandler(
      rejectPlan,
      onOneLine((input: ApprovalInput) => this.reject(input)),
      {
        validator: (input: ApprovalInput) => this.check('reject', input),
        description: `A person's rejection of the plan: the run ends, and nothing was touched. Input: ${answerShape}`,
      },
    );
  }

  /** Handles signals from now on, and those that came before: the handlers update the details, so the run must be set up. */
  hearSignals(): void {
    setHandler(approveBySignal, (given: unknown) => this.signalled('approve', given), {
      description: `An approval from somebody whose name nothing proves. Input: ${answerShape}`,
    });
    setHandler(rejectBySignal, (given: unknown) => this.signalled('reject', given), {
      description: `A rejection from somebody whose name nothing proves. Input: ${answerShape}`,
    });
  }

  /** Who approved so far, where another approver is required. */
  get yes(): readonly Approval[] {
    return this.state.kind === 'waiting' ? this.state.yes : [];
  }

  /**
   * Waits for the approval, where the plan needs one.
   *
   * @param setPhase called when the wait begins and when the run continues.
   * @returns why the run ends here; undefined: it continues.
   */
  async point(
    { approvals = [], approvers: people = 1, hash }: AskingPlan,
    setPhase: (phase: 'approval' | 'upgrading') => void,
  ): Promise<Reason | undefined> {
    const before = this.superseded();
    if (before) return before;
    if (approvals.length === 0) {
      this.state = { kind: 'not-needed' };
      return undefined;
    }
    this.plan = hash;
    this.state = { kind: 'waiting', plan: hash, people, yes: [] };
    setPhase('approval');
    const answered = await condition(
      () => this.state.kind === 'approved' || this.rejected !== undefined || this.superseded() !== undefined,
      this.limit,
    );
    const superseded = this.superseded();
    // An approval of the same moment is superseded, too: nothing was touched.
    if (superseded) {
      this.state = { kind: 'ending' };
      await condition(allHandlersFinished);
      return superseded;
    }
    if (!answered) {
      const [one] = this.yes;
      this.state = { kind: 'ending' };
      return { kind: 'approval-expired', plan: hash, limit: this.limit, ...(one ? { by: one.by } : {}) };
    }
    // If both arrive at once, the rejection counts.
    if (this.rejected) {
      this.state = { kind: 'ending' };
      // Whoever rejected gets a response before the run is over.
      await condition(allHandlersFinished);
      const { by, why } = this.rejected;
      return { kind: 'approval-rejected', by, why, plan: hash };
    }
    setPhase('upgrading');
    return undefined;
  }

  private check(verb: 'approve' | 'reject', input: unknown): void {
    const given = validAnswer(input);
    const why = typeof given === 'string' ? given : approvalRefusal(verb, this.now(), given);
    if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'approval-refused');
  }

  private now(): ApprovalState {
    return this.ending() || this.rejected ? { kind: 'ending' } : this.state;
  }

  private approve({ by, why, from }: ApprovalInput): ApproveAnswer {
    const { state } = this;
    if (state.kind === 'approved') return { verdict: 'approved-already', approval: state.approval };
    const approval = this.record({ by, why, from });
    if (state.kind === 'waiting') {
      const said = state.yes.find((one) => samePerson(one.by, by));
      // Two calls of one person may both be validated before either is counted.
      if (said) return { verdict: 'approved-by-one', approval: said };
      const yes = [...state.yes, approval];
      if (yes.length < state.people) {
        this.state = { ...state, yes };
        this.onChange();
        return { verdict: 'approved-by-one', approval };
      }
    }
    this.state = { kind: 'approved', approval };
    this.notifications.decided({ kind: 'approve', by, why });
    return { verdict: 'approved', approval };
  }

  private reject({ by, why, from }: ApprovalInput): RejectAnswer {
    if (!this.rejected) this.notifications.decided({ kind: 'reject', by, why });
    this.rejected ??= this.record({ by, why, from });
    return { verdict: 'rejected', rejection: this.rejected };
  }

  /** Never throws: an error in a signal handler would end the run, and any client may send a signal. */
  private signalled(verb: 'approve' | 'reject', sent: unknown): void {
    const given = validSignal(sent);
    const why = typeof given === 'string' ? given : approvalRefusal(verb, this.now(), given, true);
    if (typeof given === 'string' || why !== undefined) {
      this.refusedSignals = [...this.refusedSignals, `${verb}: ${why}`].slice(-refusedMax);
      this.onChange();
      return;
    }
    const said = { ...given, from: bySignal };
    const answer = verb === 'approve' ? this.approve(said) : this.reject(said);
    if (answer.verdict === 'approved-already') return;
    const kept = 'approval' in answer ? answer.approval : answer.rejection;
    // The answer to an update is in the history; for a signal, only this memo shows that it counts.
    upsertMemo({ signalled: { kind: verb, ...kept } } satisfies SignalledMemo);
  }

  private record({
    by,
    why,
    from,
  }: Pick<ApprovalInput, 'by' | 'why'> & { from: string | undefined }): Approval {
    const at = new Date().toISOString();
    return { plan: this.plan, by, why, ...(from === undefined ? {} : { from }), at };
  }
}
