import type { Evidence, Moment, TalosRequest } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { attemptAt, runsOf, type Run } from '../moments/runs.js';

/** Talos calls that are sent at most once per node without a person. */
const ONCE = new Set(['Upgrade', 'Rollback', 'EtcdRemoveMember', 'EtcdRemoveMemberByID']);

/**
 * I6: an install, rollback or member removal is sent at most once per node and attempt, the machine installs at most
 * once for it, and never into the slot that runs. Requests count whatever came of them: an answer can be lost.
 */
export function sentOnce(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  return evidence.machines.flatMap(({ name }) => [
    ...requestsOf(evidence, runs, name),
    ...installsOf(evidence, runs, name),
    ...overwritten(evidence, name),
    ...sentByNobody(evidence, runs, name),
  ]);
}

function requestsOf(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  return perAttempt(runs, node, onceRequests(evidence, node), ({ method }) => method).flatMap(
    ({ name, attempt, times }) => {
      const [, second] = times;
      if (second === undefined) return [];
      return [
        violation('I6', second, node, `${name} was sent to ${node} ${times.length} times in ${attempt}`),
      ];
    },
  );
}

function installsOf(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  const begun = evidence.machineEvents.filter(
    ({ machine, event }) => machine === node && event === 'install-started',
  );
  return perAttempt(runs, node, begun, () => 'install').flatMap(({ attempt, times }) => {
    const [, second] = times;
    if (second === undefined) return [];
    return [violation('I6', second, node, `${node} was installed on ${times.length} times in ${attempt}`)];
  });
}

/** The simulated installer says which slot it wrote; every line says which slot runs. */
function overwritten({ machineEvents }: Evidence, node: string): Finding[] {
  return machineEvents
    .filter(({ machine, event }) => machine === node && event === 'install-finished')
    .filter(({ detail, slot }) => detail?.endsWith(`into slot ${slot}`) === true)
    .map(({ at, slot }) => violation('I6', at, node, `${node} was installed over slot ${slot}, which runs`));
}

/** Without the attempt it belongs to, nobody can say whether a request is one too many. */
function sentByNobody(evidence: Evidence, runs: readonly Run[], node: string): Finding[] {
  return onceRequests(evidence, node)
    .filter(({ at }) => attemptAt(runs, node, at) === undefined)
    .map(({ at, method }) =>
      unobserved('I6', at, node, `${method} of ${node} belongs to no attempt the history shows`),
    );
}

function onceRequests({ requests }: Evidence, node: string): TalosRequest[] {
  return requests.filter((request) => request.node === node && ONCE.has(request.method));
}

/** Groups by name and by the attempt each belongs to. */
function perAttempt<T extends { readonly at: Moment }>(
  runs: readonly Run[],
  node: string,
  list: readonly T[],
  nameOf: (one: T) => string,
): { name: string; attempt: string; times: Moment[] }[] {
  const groups = new Map<string, { name: string; attempt: string; times: Moment[] }>();
  for (const one of list) {
    const name = nameOf(one);
    const attempt = attemptAt(runs, node, one.at)?.id;
    if (attempt === undefined) continue;
    const group = groups.get(`${name} ${attempt}`) ?? { name, attempt, times: [] };
    group.times.push(one.at);
    groups.set(`${name} ${attempt}`, group);
  }
  return [...groups.values()];
}
