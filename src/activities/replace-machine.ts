import { randomUUID } from 'node:crypto';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { instancesOf } from '../planning/terraform/state-instances.js';
import { whatToSend, type MachineSeen, type SendDecision } from '../planning/terraform/what-to-send.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { machineAt } from '../tools/machine-seen.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { SavedPlan } from '../tools/terraform/terraform.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { sendGuarded, takeIntentBack, type GuardedRequest, type Sent } from './guarded-request.js';
import { requireNodeObject } from './patch-node.js';
import {
  machineMade,
  planMachine,
  replacementOf,
  type Replaced,
  type Replacement,
} from './plan-replacement.js';
import { applyLimits, knownState, readyTerraform, refused, type TerraformStep } from './terraform-step.js';

export interface ReplaceMachine extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  readonly values: Readonly<Record<string, string>>;
  /** The state before anything was done. */
  readonly replacement: Replacement;
  /** Names this replacement: the id of the node's workflow. A person's retry is another one. */
  readonly install: string;
  readonly limit: number;
}

interface Replacing {
  readonly access: ClusterAccess;
  readonly wait: Wait;
  readonly step: ReplaceMachine;
  readonly ready: TerraformStep;
}

/**
 * Plans and checks again, takes a preflight check, and applies exactly that plan: the machine is destroyed and replaced, once (I6). An
 * attempt after a lost one first lets a Terraform that still runs finish. Then state and machine show what was done: an untouched
 * machine is replaced, a new one is left alone, and anything unclear is left to a person.
 */
export async function replaceMachine(settings: ActivitySettings, step: ReplaceMachine): Promise<Replaced> {
  const { node, limit } = step;
  return inCluster(settings, step, describeStep('replace-machine', node.name), async (access, wait) => {
    const ready = await readyTerraform(settings, access, wait, step, limit);
    const replacing = { access, wait, step, ready };
    for (let tries = 1; ; tries += 1) {
      const { marks } = await requireNodeObject(access, node.name);
      const earlier = isMine(step, marks.replace) ? marks.replace : undefined;
      const decision = await decide(replacing, earlier !== undefined);
      if (decision.send === 'nothing')
        return machineMade(ready, node, 'an earlier attempt replaced the machine');
      const note = await send(replacing, decision, earlier);
      if (note !== undefined) return machineMade(ready, node, note);
      if (tries >= triesMax)
        throw new Refusal({ kind: 'replace-unknown', node: node.name, since: new Date().toISOString() });
    }
  });
}

/** Concurrent attempts end each other; one that then still finds another's annotation leaves the machine to a person. */
const triesMax = 3;

type Decision = Exclude<SendDecision, { send: 'refuse' }>;

/** @throws Refusal with why nothing may be sent */
async function decide({ access, wait, step, ready }: Replacing, lost: boolean): Promise<Decision> {
  const { node, facts, values, replacement } = step;
  const { address } = replacementOf(node);
  const { lineage, serial } = replacement;
  // A plan takes the lock, so it waits for whoever still has it; until then the state is not final.
  if (lost) await ready.terraform.plan({ values, replace: [], targets: [address] }, ready.limits());
  const known = await knownState(
    access,
    wait,
    ready,
    lost ? { lineage } : { lineage, serial },
    lost ? node.name : undefined,
  );
  const machine = await machineSeen(access, wait, step);
  const decision = whatToSend({
    node: node.name,
    recorded: replacement.recorded,
    recordedSerial: serial,
    present: instancesOf(known.state, address),
    presentSerial: known.pulled.header.serial,
    machine,
    rules: ready.section.resources,
  });
  if (decision.send === 'refuse') return refused(decision.refusals);
  // A killed Terraform may have destroyed what its state still holds.
  if (decision.send === 'replace' && lost && machine !== 'recorded') {
    const why = `the state holds the old one, and ${seenWords[machine]} at the node's address`;
    throw new Refusal({ kind: 'terraform-unclear', node: facts.node, address, why });
  }
  return decision;
}

const seenWords: Readonly<Record<Exclude<MachineSeen, 'recorded'>, string>> = {
  another: 'another machine answers',
  none: 'no machine stands',
  unknown: 'no machine answers',
};

async function machineSeen(
  access: ClusterAccess,
  wait: Wait,
  { node, facts }: ReplaceMachine,
): Promise<MachineSeen> {
  const seen = await machineAt(access, node.name, wait.signal);
  // An unreachable machine may still exist: the hypervisor is not asked.
  if (seen.kind === 'unreachable' || facts.systemUuid === undefined) return 'unknown';
  return seen.uuid === facts.systemUuid ? 'recorded' : 'another';
}

/**
 * @param earlier the annotation of an attempt that is shown to have done nothing.
 * @returns undefined when another attempt came in between.
 */
async function send(
  replacing: Replacing,
  decision: Exclude<Decision, { send: 'nothing' }>,
  earlier: string | undefined,
): Promise<string | undefined> {
  const { access, wait, step, ready } = replacing;
  const replaces = decision.send === 'replace' ? decision.replace : [];
  const wanted = { values: step.values, replaces, creates: decision.create };
  const { saved, summary } = await planMachine(ready, step.node, wanted);
  const note = `${ready.section.tool} did this: ${summary}`;
  // A missing machine is created without a preflight check: there is nothing left to disrupt.
  if (decision.send === 'create') {
    await wait.staysFor(() => ready.terraform.apply(saved, applyLimits(ready)));
    return note;
  }
  const { replace: requestMs } = access.inventory.limits;
  const request = guarded(step, requestMs, earlier);
  return sendGuarded(access, wait, request, async ({ before }) => {
    const sent = await applyOnce(replacing, request, saved, before);
    return sent.kind === 'late' ? sent : { kind: 'sent', value: note };
  });
}

async function applyOnce(
  { access, ready }: Replacing,
  request: GuardedRequest,
  saved: SavedPlan,
  startBefore: number,
): Promise<Sent<undefined>> {
  try {
    await ready.terraform.apply(saved, applyLimits(ready, { startBefore, atLeastMs: request.requestMs }));
    return { kind: 'sent', value: undefined };
  } catch (error) {
    if (error instanceof CommandFailed && error.notStarted !== undefined) return { kind: 'late' };
    // Terraform reports that it did nothing.
    const untouched = ['terraform-plan-stale', 'terraform-locked'];
    if (error instanceof Refusal && untouched.includes(error.reason.kind))
      await takeIntentBack(access, request);
    throw error;
  }
}

function guarded(
  { cluster, run, node, facts, install, limit }: ReplaceMachine,
  requestMs: number,
  earlier: string | undefined,
): GuardedRequest {
  return {
    cluster,
    run,
    node,
    facts,
    limit,
    requestMs,
    before: `before the machine of ${node.name} is replaced`,
    mark: 'replace',
    // Distinguishes this attempt's annotation from an earlier attempt's.
    intent: `${install} ${randomUUID()}`,
    isMine: (mark) => mark !== earlier && isMine({ install }, mark),
    // A node that rolls back is not well: that is why it rolls back.
    ...(node.back ? { repairs: true as const } : {}),
  };
}

function isMine({ install }: Pick<ReplaceMachine, 'install'>, mark: string | undefined): boolean {
  return mark?.split(' ')[0] === install;
}
