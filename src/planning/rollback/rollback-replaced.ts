import type { Inventory } from '../../inventory/schema.js';
import { runningSchematic } from '../node/expectations.js';
import { installerImage } from '../versions/installer-image.js';
import { stepOrders, type StepsName } from '../steps/node-steps.js';
import type { ClusterObservation, NodeObject, TalosObservation } from '../node/observation.js';
import { oldForbidden } from './rollback-compatibility.js';
import type { PlannedNode, RollbackValues } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import type { Rollback } from './rollback.js';
import { stepsLeftOut } from '../steps/omitted-steps.js';
import { howToContinue } from '../terraform/how-to-continue.js';
import type { MachineInTerraform } from '../terraform/machine-in-terraform.js';
import { flowOf } from '../versions/upgrade-flow.js';
import { costsOf } from './rollback-costs.js';
import { well, wellPatched } from '../steps/health-steps.js';

/** Inputs of the rollback of a node that was replaced, or was to be. */
export interface ReplacedNodeQuestion {
  readonly inventory: Inventory;
  /** Of the node: its version and the machine at its address. Of the others: what etcd reports. */
  readonly observation: ClusterObservation;
  /** The node as the run's plan has it. */
  readonly before: PlannedNode;
  /** The version of the hop that halted. */
  readonly to: string;
  readonly way: RollbackValues;
  /** The other nodes of the hop that are still to be replaced. */
  readonly ahead: readonly string[];
  readonly machine: MachineInTerraform;
}

/**
 * Rolls back by another machine: first the old template of its host and role, where it differs, then the machine of the previous version. A
 * machine that joined is drained and replaced. For one that did not join, only what the state lacks is created.
 */
export function rollbackOfReplaced(question: ReplacedNodeQuestion): Rollback {
  const { before, observation } = question;
  const seen = observation.nodes.find(({ name }) => name === before.name);
  if (!seen || seen.kubernetes.kind === 'unreachable') {
    const why = seen?.kubernetes.kind === 'unreachable' ? seen.kubernetes.why : 'it was not asked';
    return refused({ kind: 'kubernetes-unreachable', endpoints: [], why });
  }
  const object = seen.kubernetes.value;
  if (!object) return refused({ kind: 'node-missing', node: before.name });
  if (seen.talos.kind === 'unreachable') return fromRemains(question, object, seen.talos.why);
  return fromMachine(question, object, seen.talos.value);
}

/** Its Talos responds: it is the old machine, or has joined with the version of the hop. */
function fromMachine(question: ReplacedNodeQuestion, object: NodeObject, talos: TalosObservation): Rollback {
  const { before, to, machine, observation } = question;
  const { from, expects } = before;
  const schematic = runningSchematic(talos);
  const runs = { version: talos.version, schematic, extensions: talos.extensions };
  const whole = wholeInState(question);
  if (talos.version === from && schematic === expects.schematic) {
    if (whole) return refused(whole);
    const node = { ...kept(before, object), from, expects: runs, schematic, back: true as const, soak: 0 };
    const { replacement: _, ...only } = node;
    // A machine that was cloned from the old template after all may lack the patches for a Ready machine.
    const patched = before.patches !== undefined && object.marks.replace !== undefined;
    return {
      verdict: 'rollback',
      node: only,
      steps: patched ? serviceSteps.patched : serviceSteps.plain,
    };
  }
  if (talos.version !== to)
    return impossible(
      before,
      `it runs ${talos.version}${talos.version === from ? ` of schematic ${schematic}` : ''}, neither what it ran before nor the version of this run`,
    );
  const forbids = oldForbidden(observation, before, to) ?? whole ?? machine.forbids;
  if (forbids) return refused(forbids);
  return back(question, object, 'rollback-replaced', { from: talos.version, expects: runs });
}

/** No part of it is in the cluster: its machine is gone, unreachable, or waits for a configuration. */
function fromRemains(question: ReplacedNodeQuestion, object: NodeObject, why: string): Rollback {
  const { before, to, observation, machine } = question;
  const { name } = before;
  if (object.marks.replace === undefined)
    return impossible(
      before,
      `Talos on it does not answer (${why}), and its machine was not replaced: it is still the previous one, and nothing that Slipway did stopped it`,
    );
  const standing = observation.nodes.find((one) => one.name === name)?.standing;
  if (!standing || object.ready)
    return impossible(before, `its kubelet is heard, or Talos on it begins to answer; ask again in a minute`);
  const forbids = oldForbidden(observation, before, to);
  if (forbids) return refused(forbids);
  const decision = howToContinue({
    node: name,
    address: addressOf(before),
    present: machine.present,
    lacking: machine.lacking,
    identity: machine.identity,
    oldUuid: joinedWith(object, to) ? undefined : object.systemUuid,
    machine: machine.standing,
    lost: false,
    remakes: true,
  });
  if (decision.send === 'refuse') return refused(decision.reason);
  return back(question, object, 'rollback-resumed', {
    from: to,
    expects: { version: to, schematic: before.schematic },
    continues: standing.kind === 'waiting' ? 'waiting' : 'gone',
  });
}

/** Whether the machine behind its Node had joined with that version before it became unreachable. */
export function joinedWith({ osImage }: NodeObject, version: string): boolean {
  return osImage.includes(`(${version})`);
}

interface Now {
  readonly from: string;
  readonly expects: PlannedNode['expects'];
  readonly continues?: 'waiting' | 'gone';
}

function back(
  question: ReplacedNodeQuestion,
  object: NodeObject,
  order: 'rollback-replaced' | 'rollback-resumed',
  { from, expects, continues }: Now,
): Rollback {
  const { inventory, before, way } = question;
  const own = inventory.nodes.find(({ name }) => name === before.name);
  const { replacement } = before;
  if (!own || !replacement) throw new Error(`${before.name} has no machine of Terraform, by its plan`);
  const { continues: _, ...machine } = replacement;
  const { schematic } = before.expects;
  const steps: StepsName = before.patches === undefined ? order : `${order}-patched`;
  const left = new Set([
    ...stepsLeftOut(inventory),
    ...(way.templates.length === 0 ? (['templates'] as const) : []),
  ]);
  return {
    verdict: 'rollback',
    node: {
      ...kept(before, object),
      image: installerImage(inventory, { ...own, schematic }, before.from),
      steps,
      schematic,
      from,
      flow: flowOf(from) ?? 'legacy',
      expects,
      replacement: { ...machine, ...(continues ? { continues } : {}), rollbackValues: way },
      back: true,
      soak: 0,
    },
    steps: stepOrders[steps].filter((step) => !left.has(step)),
    costs: costsOf({ ...question, ahead: ofSameTemplates(question) }),
  };
}

/** Those of them that are cloned from a template of the old version now. */
function ofSameTemplates({ inventory, before, ahead }: ReplacedNodeQuestion): string[] {
  const { nodes, terraform } = inventory;
  const all = terraform?.templates?.all === true;
  return nodes
    .filter(({ role, host }) => all || (role === before.role && host === before.replacement?.host))
    .map(({ name }) => name)
    .filter((name) => ahead.includes(name));
}

/** Unchanged fields of the plan; and the note that the cordon of the previous attempt is still there, which outlives any failure. */
function kept(before: PlannedNode, { unschedulable, marks }: NodeObject): PlannedNode {
  const { rebootMode: _, skip: _skip, armed: _armed, adopts: _adopts, ...rest } = before;
  return unschedulable && marks.cordonedBy !== undefined ? { ...rest, adopts: marks.cordonedBy } : rest;
}

const serviceSteps = {
  plain: ['cordon', ...well, 'uncordon'],
  patched: ['cordon', ...wellPatched, 'uncordon'],
} as const;

/** A machine that responds while Terraform's state lacks a part of it is neither rolled back nor replaced automatically. */
function wholeInState({ before, machine }: ReplacedNodeQuestion): Reason | undefined {
  const address = addressOf(before);
  const { present, lacking } = machine;
  const spoilt = present.find(({ tainted, deposed }) => tainted || deposed.length > 0);
  if (spoilt) return { kind: 'terraform-incomplete', node: before.name, address: spoilt.address };
  const gone = lacking[0] ?? (present.length === 0 ? address : undefined);
  return gone === undefined
    ? undefined
    : { kind: 'terraform-machine-unrecorded', node: before.name, address: gone };
}

function addressOf({ name, replacement }: PlannedNode): string {
  if (!replacement) throw new Error(`${name} has no machine of Terraform, by its plan`);
  return replacement.address;
}

function impossible({ name }: PlannedNode, why: string): Rollback {
  return refused({ kind: 'rollback-impossible', node: name, why });
}

function refused(...reasons: readonly Reason[]): Rollback {
  return { verdict: 'refused', reasons };
}
