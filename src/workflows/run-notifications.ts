import { CancellationScope, sleep } from '@temporalio/workflow';
import { describeLeft } from '../planning/reasons/describe.js';
import {
  approvalMessage,
  statusMessageOf,
  decidedMessage,
  endMessage,
  haltMessage,
  nodeDoneMessage,
  rollbackMessage,
  startMessage,
  withAddresses,
} from '../planning/messages/facts.js';
import type { About, Message, MessageOf, Wait } from '../planning/messages/message.js';
import {
  approvalWait,
  decisionWait,
  pauseWait,
  reminderMessage,
  untilReminder,
  waitingMessage,
  windowWait,
} from '../planning/messages/waits.js';
import { addressesIn } from '../planning/node/node-address.js';
import type { UpgradePlan } from '../planning/plan/plan.js';
import type { Decision, NodeEnding, RunResult } from '../planning/report/run-result.js';
import { recipientsOf } from './recipients.js';
import { remindTimer, type Phase, type RunInput } from './messages.js';
import { isTouched } from './node-results.js';
import { Outbox } from './outbox.js';

/** The run's progress with the nodes of its hop. */
export interface NodesNow {
  readonly order: readonly string[];
  readonly endings: readonly NodeEnding[];
  readonly current: readonly string[];
}

/** The beginning of a wait. Times are ISO. */
export interface Stop {
  readonly until: string;
  /** Of a pause: who wanted it, and why. */
  readonly by?: string;
  /** Of a maintenance window: when the next one opens. */
  readonly opens?: string;
}

/** The status message's words for phases whose name does not explain itself. */
const stands: Partial<Readonly<Record<Phase, string>>> = {
  approval: "waits for a person's approval",
  window: 'waits for a maintenance window',
  decision: 'halted',
  refused: 'refused',
  'nothing-to-do': 'nothing to do',
};

/** The notifications of one run. Without a recipient they leave no trace in the run's history. */
export class RunNotifications {
  private readonly outbox: Outbox | undefined;
  private plan: UpgradePlan | undefined;
  private phaseNow: Phase = 'planning';
  private wait: { readonly about: Wait; readonly reminders: CancellationScope } | undefined;
  private editions = 0;
  private done = 0;
  /** Nodes of the batch under work that have ended already. */
  private readonly ended = new Map<string, NodeEnding>();
  /** Nodes that roll back, as they halted. */
  private readonly back = new Map<string, NodeEnding>();

  /** @param nodes returns the run's progress with its nodes. */
  constructor(
    private readonly input: RunInput,
    private readonly nodes: () => NodesNow,
  ) {
    const recipients = recipientsOf(input);
    if (recipients.length > 0) this.outbox = new Outbox(recipients, () => this.statusMessage());
  }

  planned(plan: UpgradePlan): void {
    this.plan = plan;
  }

  /** The plan is made, needs no approval any more, and the run begins. */
  begins(plan: UpgradePlan): void {
    this.outbox?.tell(startMessage(plan, this.input.request, this.about()));
  }

  /** @param stop given where a wait begins with the phase. */
  phase(phase: Phase, stop?: Stop): void {
    this.phaseNow = phase;
    this.waitIsOver();
    if (!this.outbox || !stop) return;
    const times = { since: new Date().toISOString(), until: stop.until };
    if (phase === 'approval' && this.plan) {
      const opening = approvalMessage(this.plan, this.about(), stop.until);
      this.waits(approvalWait(this.plan, this.about(), times), [opening], 'reminded');
    } else if (phase === 'paused') {
      const wait = pauseWait(stop.by ?? 'somebody', this.about(), times);
      this.waits(wait, [waitingMessage(wait, this.about())], 'reminded');
    } else if (phase === 'window') {
      const wait = windowWait(stop.opens, this.about(), times);
      this.waits(wait, [waitingMessage(wait, this.about())], 'no person');
    }
  }

  /** @param until ISO time at which the wait for a decision ends; undefined: the run does not wait. */
  halted(endings: readonly NodeEnding[], until?: string): void {
    if (!this.outbox) return;
    const halts = endings.map((ending) =>
      this.addressed(haltMessage(ending, this.target(), this.about(), until)),
    );
    if (until === undefined) return this.outbox.tell(...halts);
    const since = new Date().toISOString();
    this.waits(decisionWait(endings, this.about(), { since, until }), halts, 'reminded');
  }

  /** Somebody decided something, and the run follows it. */
  decided(decision: Omit<Decision, 'at'>): void {
    this.outbox?.tell(decidedMessage(decision, this.about()));
  }

  /** @param back those of the nodes that roll back now, as they halted. */
  nodesBegin(back: readonly NodeEnding[]): void {
    this.ended.clear();
    for (const halted of back) this.back.set(halted.node, halted);
    this.outbox?.tell(...back.map((halted) => rollbackMessage(halted, undefined, this.about())));
  }

  nodeEnded(ending: NodeEnding): void {
    this.ended.set(ending.node, ending);
    const halted = this.back.get(ending.node);
    this.back.delete(ending.node);
    if (halted) {
      // An abort is reported by the end of the run: nothing was sent.
      if (ending.reason?.kind !== 'aborted')
        this.outbox?.tell(this.addressed(rollbackMessage(halted, ending, this.about())));
      return;
    }
    if (ending.outcome !== 'done') return;
    this.done += 1;
    const of = this.plan?.hops.flatMap(({ nodes }) => nodes.filter(isTouched)).length ?? this.done;
    this.outbox?.add(nodeDoneMessage(ending, { place: this.done, of }, this.about()));
    // The next message covers the last node of a batch: the same status message shows the next node's beginning.
    if (this.nodes().current.some((name) => !this.ended.has(name))) this.outbox?.tell();
  }

  /** Ends the run's notifications; resolves once they are delivered, or could not be. */
  async over(result: RunResult): Promise<RunResult> {
    this.phase(result.outcome);
    if (!this.outbox) return result;
    const left = result.terraform && describeLeft(result.terraform);
    this.outbox.tell(this.addressed(endMessage(result, this.about(), left, this.input.request)));
    const undelivered = await this.outbox.finish();
    return undelivered ? { ...result, undelivered } : result;
  }

  private waits(about: Wait, opening: readonly Message[], who: 'reminded' | 'no person'): void {
    const reminders = new CancellationScope();
    this.wait = { about, reminders };
    this.outbox?.tell(...opening);
    // A failed reminder fails nothing else; mostly the wait is over.
    if (who === 'reminded') reminders.run(() => this.remind(about)).catch(() => undefined);
  }

  private async remind(wait: Wait): Promise<void> {
    const first = this.input.inventory.limits.remind;
    for (let sent = 0; ; sent += 1) {
      const pause = untilReminder(first, sent);
      if (pause === undefined) return;
      await sleep(pause, { summary: remindTimer });
      this.outbox?.tell(reminderMessage(wait, this.about()));
    }
  }

  private waitIsOver(): void {
    this.wait?.reminders.cancel();
    this.wait = undefined;
  }

  private statusMessage(): MessageOf<'board'> | undefined {
    const { plan } = this;
    if (!plan) return undefined;
    const { order, endings, current } = this.nodes();
    const ended = current.flatMap((name) => this.ended.get(name) ?? []);
    this.editions += 1;
    return statusMessageOf(
      {
        target: plan.target,
        stands: this.stands(plan),
        order: order.length > 0 ? order : (plan.hops[0]?.nodes.map(({ name }) => name) ?? []),
        endings: [...endings, ...ended],
        current: current.filter((name) => !this.ended.has(name)),
        now: this.wait ? [`waits: ${this.wait.about.what}`] : [],
        commands: this.wait?.about.commands ?? [],
      },
      { ...this.about(), part: String(this.editions) },
    );
  }

  private stands({ strategy }: UpgradePlan): string {
    const working =
      this.phaseNow === 'planning' || this.phaseNow === 'snapshot' || this.phaseNow === 'upgrading';
    if (working) return strategy === 'in-place' ? 'in place' : 'by replacement';
    return stands[this.phaseNow] ?? this.phaseNow;
  }

  private addressed<Sent extends Message>(message: Sent): Sent {
    return withAddresses(message, addressesIn(this.input.inventory.nodes));
  }

  private target(): string {
    return this.input.request.talos;
  }

  private about(): About & { readonly run: number } {
    const { request, run } = this.input;
    return { cluster: request.cluster, run, at: new Date().toISOString() };
  }
}
