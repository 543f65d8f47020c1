import type { Evidence, MachineEvent, Moment } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { armedAt, lastGoodSlot, targetOf } from '../moments/boot-slots.js';
import { attemptAt, personSaid, runAt, runsOf, type Attempt, type Run } from '../moments/runs.js';
import { destructiveRequests, installRequests, type Destructive } from '../moments/talos-calls.js';
import { machinesOnce } from './i6-machines-once.js';

/** The actions that each workflow of a node performs at most once, and their requests. */
const ONCE: Readonly<Record<string, (request: Destructive) => boolean>> = {
  install: ({ installs }) => installs === true,
  reboot: ({ stops }) => stops === true,
  'remove its member': ({ removesMember }) => removesMember === true,
};

/**
 * I6: an install, reboot, rollback or member removal is sent at most once per node and workflow, and again in another workflow only on a
 * person's decision. The machine installs at most once for it, never when it is armed already, and never into the running slot or the last
 * good one. Requests count whatever their result: an answer can be lost. A machine is destroyed and created once (`i6-machines-once.ts`).
 */
export function sentOnce(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const ofNodes = evidence.machines.flatMap(({ name }) => [
    ...sentTwice(evidence, runs, name),
    ...sentAgain(evidence, runs, name),
    ...installedTwice(evidence, runs, name),
    ...installedWhileArmed(evidence, name),
    ...overwritten(evidence, name),
    ...sentByNobody(evidence, runs, name),
  ]);
  return [...ofNodes, ...machinesOnce(evidence)];
}

function sentTwice(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  const own = requestsFor(evidence, node);
  return Object.entries(ONCE).flatMap(([what, does]) => {
    const groups = perAttempt(runs, node, own.filter(does), ({ request }) => request.at);
    return groups.flatMap(({ attempt, entries: [first, second, ...more] }) => {
      if (first === undefined || second === undefined) return [];
      const all = [first, second, ...more];
      // Two legacy upgrades are reported as two installs.
      if (what === 'reboot' && all.every(({ installs }) => installs === true)) return [];
      const calls = all.map(({ called }) => called).join(', ');
      const words = `${node} was asked to ${what} ${all.length} times in ${attempt.id}: ${calls}`;
      return [violation('I6', second.request.at, node, words)];
    });
  });
}

/** A further workflow of a node in the same hop is a person's retry. */
function sentAgain(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  return installRequests(evidence)
    .filter(({ request }) => request.node === node)
    .flatMap(({ request: { at }, called }) => {
      const run = runAt(runs, at);
      const attempt = attemptAt(runs, node, at);
      const before = run?.attempts.findLast(
        (one) => one.node === node && one.hop === attempt?.hop && one.number < attempt.number,
      );
      if (run === undefined || before === undefined) return [];
      if (personSaid(run, ['retry'], before.startedAt, at)) return [];
      const words = `${called} of ${node} in ${attempt?.id}, and nobody had said retry since ${before.id}`;
      return [violation('I6', at, node, words)];
    });
}

function installedTwice(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  const begun = eventsOf(evidence, node, 'install-started');
  return perAttempt(runs, node, begun, ({ at }) => at).flatMap(({ attempt, entries }) => {
    const [, second] = entries;
    if (second === undefined) return [];
    const words = `${node} was installed on ${entries.length} times in ${attempt.id}`;
    return [violation('I6', second.at, node, words)];
  });
}

/** The next install writes the slot that is not the default: on an armed machine that is the running one. */
function installedWhileArmed(evidence: Evidence, node: string): Finding[] {
  return installRequests(evidence)
    .filter(({ request }) => request.node === node)
    .flatMap(({ request: { at }, called }) => {
      const armed = armedAt(evidence, node, at);
      if (armed === undefined) return [];
      const words = `${called} of ${node}, which was armed: slot ${targetOf(armed) ?? '?'} was installed and not booted`;
      return [violation('I6', at, node, words)];
    });
}

/** The installer logs the slot it wrote, every line has the running slot, and `ready` shows which one was good. */
function overwritten(evidence: Evidence, node: string): Finding[] {
  return eventsOf(evidence, node, 'install-finished').flatMap((event) => {
    const { at, slot, overwrites } = event;
    const target = targetOf(event);
    const over = (which: string): Finding[] => [
      violation('I6', at, node, `${node} was installed over slot ${target}, ${which}`),
    ];
    if (target === slot || overwrites === 'running') return over('which runs');
    const good = target !== undefined && target === lastGoodSlot(evidence, node, at);
    return good || overwrites === 'last-good' ? over('the last one that was good') : [];
  });
}

/** Without its workflow a request cannot be judged as a duplicate. */
function sentByNobody(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  return requestsFor(evidence, node)
    .filter(({ request }) => attemptAt(runs, node, request.at) === undefined)
    .map(({ request: { at }, called }) =>
      unobserved('I6', at, node, `${called} of ${node} belongs to no workflow the history shows`),
    );
}

function requestsFor(evidence: Evidence, node: string): Destructive[] {
  return destructiveRequests(evidence).filter((one) => one.node === node);
}

function eventsOf({ machineEvents }: Evidence, node: string, name: string): MachineEvent[] {
  return machineEvents.filter(({ machine, event }) => machine === node && event === name);
}

/** Groups by workflow. */
function perAttempt<T>(
  runs: readonly Run[],
  node: string,
  list: readonly T[],
  momentOf: (one: T) => Moment,
): { attempt: Attempt; entries: T[] }[] {
  const groups = new Map<string, { attempt: Attempt; entries: T[] }>();
  for (const one of list) {
    const attempt = attemptAt(runs, node, momentOf(one));
    if (attempt === undefined) continue;
    const group = groups.get(attempt.id) ?? { attempt, entries: [] };
    group.entries.push(one);
    groups.set(attempt.id, group);
  }
  return [...groups.values()];
}
