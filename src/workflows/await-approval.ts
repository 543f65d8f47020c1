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
import type { RunNews } from './run-news.js';

/** What of a plan says whether it waits, and for whom. */
type AskingPlan = Pick<UpgradePlan, 'approvals' | 'approvers' | 'hash'>;

/** Signals that were refused, and are told of: the newest. */
const refusedMax = 3;

/** People's yes or no to the plan of one run. Where a plan needs one, nothing is touched before it is there. */
export class PlanAnswer {
  private state: ApprovalState = { kind: 'planning' };
  private plan = '';
  private rejected: Approval | undefined;
  /** Why signals were not taken, the newest last: whoever sent them hears no answer. */
  refusedSignals: readonly string[] = [];

  /**
   * @param limit milliseconds after which a plan that nobody answered ends the run.
   * @param ending whether the run is on its way to its end.
   * @param superseded why a run that has touched nothing ends here, once there is a reason.
   * @param tell is called when there is something else to tell of the wait.
   * @param news hears who answered.
   */
  constructor(
    private readonly limit: number,
    private readonly ending: () => boolean,
    private readonly superseded: () => Reason | undefined,
    private readonly tell: () => void,
    private readonly news: Pick<RunNews, 'decided'>,
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
        description: `A person's no to the plan: the run ends, and nothing was touched. Input: ${answerShape}`,
      },
    );
  }

  /** From now on signals are heard, those too that came before: what they tell must be ready to be told. */
  hearSignals(): void {
    setHandler(approveBySignal, (given: unknown) => this.signalled('approve', given), {
      description: `The same yes from somebody whose name nothing proves. Input: ${answerShape}`,
    });
    setHandler(rejectBySignal, (given: unknown) => this.signalled('reject', given), {
      description: `The same no from somebody whose name nothing proves. Input: ${answerShape}`,
    });
  }

  /** Who approved so far, where that is not enough. */
  get yes(): readonly Approval[] {
    return this.state.kind === 'waiting' ? this.state.yes : [];
  }

  /**
   * Waits for the approval, where the plan needs one.
   *
   * @param tell is called when it begins to wait, and when it goes on.
   * @returns why the run ends here; undefined: it goes on.
   */
  async point(
    { approvals = [], approvers: people = 1, hash }: AskingPlan,
    tell: (phase: 'approval' | 'upgrading') => void,
  ): Promise<Reason | undefined> {
    const before = this.superseded();
    if (before) return before;
    if (approvals.length === 0) {
      this.state = { kind: 'not-needed' };
      return undefined;
    }
    this.plan = hash;
    this.state = { kind: 'waiting', plan: hash, people, yes: [] };
    tell('approval');
    const answered = await condition(
      () => this.state.kind === 'approved' || this.rejected !== undefined || this.superseded() !== undefined,
      this.limit,
    );
    const superseded = this.superseded();
    // What a person approved in the same moment is superseded all the same: nothing was touched.
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
      // Two calls of one person may both be looked at before either is counted.
      if (said) return { verdict: 'approved-by-one', approval: said };
      const yes = [...state.yes, approval];
      if (yes.length < state.people) {
        this.state = { ...state, yes };
        this.tell();
        return { verdict: 'approved-by-one', approval };
      }
    }
    this.state = { kind: 'approved', approval };
    this.news.decided({ kind: 'approve', by, why });
    return { verdict: 'approved', approval };
  }

  private reject({ by, why, from }: ApprovalInput): RejectAnswer {
    if (!this.rejected) this.news.decided({ kind: 'reject', by, why });
    this.rejected ??= this.record({ by, why, from });
    return { verdict: 'rejected', rejection: this.rejected };
  }

  /** It throws never: what a signal's handler throws would end the run, and anybody may send one. */
  private signalled(verb: 'approve' | 'reject', sent: unknown): void {
    const given = validSignal(sent);
    const why = typeof given === 'string' ? given : approvalRefusal(verb, this.now(), given, true);
    if (typeof given === 'string' || why !== undefined) {
      this.refusedSignals = [...this.refusedSignals, `${verb}: ${why}`].slice(-refusedMax);
      this.tell();
      return;
    }
    const said = { ...given, from: bySignal };
    const answer = verb === 'approve' ? this.approve(said) : this.reject(said);
    if (answer.verdict === 'approved-already') return;
    const kept = 'approval' in answer ? answer.approval : answer.rejection;
    // Of an update the answer is in the history; of a signal only this tells that it counts.
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
