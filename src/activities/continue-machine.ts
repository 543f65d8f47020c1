import { randomUUID } from 'node:crypto';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { howToContinue, type ContinueDecision } from '../planning/terraform/how-to-continue.js';
import { machineIdentity } from '../planning/terraform/machine-identity.js';
import { joinedWith } from '../planning/rollback/rollback-replaced.js';
import { creationsIn, writesOf } from '../planning/terraform/planned-changes.js';
import { instancesOf, replacedOf } from '../planning/terraform/state-instances.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { machineAt, type MachineAt } from '../tools/machine-seen.js';
import { Refusal } from '../tools/refusal.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { readConfiguration } from './machine-configuration.js';
import { setMarks } from './node-marks.js';
import { patchNodeAsSeen, requireNodeObject } from './patch-node.js';
import { machineMade, planMachine, replacementOf, type Replaced } from './plan-replacement.js';
import { applyAfterLook } from './leftover-machine.js';
import {
  applyLimits,
  knownState,
  readyTerraform,
  type KnownState,
  type TerraformStep,
} from './terraform-step.js';

export interface ContinueMachine extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  readonly values: Readonly<Record<string, string>>;
  /** Names this continuation: the id of the node's workflow. */
  readonly install: string;
  readonly limit: number;
}

/**
 * Resumes a replacement that an earlier run left incomplete. Lets a Terraform that still runs finish, and reads state and machine.
 * Then it applies a plan that creates only what the state lacks; nothing at all where the machine exists.
 */
export async function continueMachine(settings: ActivitySettings, step: ContinueMachine): Promise<Replaced> {
  const { node, values, limit } = step;
  return inCluster(settings, step, describeStep('continue-machine', node.name), async (access, wait) => {
    if (replacementOf(node).configuration === 'apply-config') await readConfiguration(settings, step, node);
    const ready = await readyTerraform(settings, access, wait, step, limit);
    const wanted = await wantedOf(ready, step);
    const known = await knownState(access, wait, ready, undefined, node.name);
    const decision = await decide(access, wait, step, ready, known, wanted);
    if (decision.send === 'refuse') throw new Refusal(decision.reason);
    const [replaces, creates] = decision.send === 'make' ? [decision.replace, decision.create] : [[], []];
    // Where nothing is to be created, this checks that Terraform would do nothing.
    const { saved, summary } = await planMachine(ready, node, { values, replaces, creates });
    if (decision.send === 'nothing')
      return machineMade(
        ready,
        node,
        'an earlier run made the machine, and Terraform has nothing to change in it',
      );
    await ready.terraform.backUp(known.pulled);
    const apply = (startBefore?: number): Promise<void> =>
      wait.staysFor(() =>
        ready.terraform.apply(saved, applyLimits(ready, startBefore === undefined ? {} : { startBefore })),
      );
    if (node.back && replaces.length > 0) await applyAfterLook(access, wait, step, apply);
    else {
      const intent = `${step.install} ${randomUUID()}`;
      await patchNodeAsSeen(access, node.name, (seen) => setMarks(seen, { replace: intent }), wait.signal);
      await apply();
    }
    return machineMade(ready, node, `${ready.section.tool} did this: ${summary}`);
  });
}

/** What Terraform would do at the node's address without `-replace`. */
interface WantedThere {
  /** What it would create. */
  readonly lacking: readonly string[];
  /** Whether it finds everything as declared. */
  readonly content: boolean;
}

/** A plan takes the lock, so it waits for whoever still has it. */
async function wantedOf(
  { terraform, limits }: TerraformStep,
  { node, values }: ContinueMachine,
): Promise<WantedThere> {
  const { address } = replacementOf(node);
  const { plan } = await terraform.plan({ values, replace: [], targets: [address] }, limits());
  return { lacking: creationsIn(plan, [address]), content: writesOf(plan).length === 0 };
}

async function decide(
  access: ClusterAccess,
  wait: Wait,
  { node, facts, install }: ContinueMachine,
  { section }: TerraformStep,
  { state }: KnownState,
  { lacking, content }: WantedThere,
): Promise<ContinueDecision> {
  const { address } = replacementOf(node);
  const object = await requireNodeObject(access, node.name);
  const machine = await machineAt(access, node.name, wait.signal);
  return howToContinue({
    node: node.name,
    address,
    present: replacedOf(instancesOf(state, address), section.keep),
    lacking,
    identity: machineIdentity(state, address, section.resources),
    // A machine that joined with the version to leave is the new one, though its Node shows that version. For a run rollback that is
    // unknown: the machine may have joined before that run.
    oldUuid: node.back === true && joinedWith(object, node.from) ? undefined : facts.systemUuid,
    machine,
    lost: object.marks.replace?.split(' ')[0] === install,
    ...(node.back && !(content && waitsWith(machine, facts)) ? { remakes: true } : {}),
  });
}

/** Whether it has the wanted version already, and lacks only its configuration. */
function waitsWith(machine: MachineAt, { wantedVersion }: RecordedFacts): boolean {
  return machine.kind === 'maintenance' && machine.version === wantedVersion;
}
