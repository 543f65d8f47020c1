import type { Evidence } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { destructions, mayHaveHappened, vmCalls, type VmCall } from '../moments/hypervisor-calls.js';
import { attemptAt, runsOf, type Run } from '../moments/runs.js';

/**
 * The machine part of I6: a node's workflow destroys its machine at most once, and creates it at most once unless the previous creation
 * failed. Requests count whatever their result, except for a creation that was rejected.
 */
export function machinesOnce(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const created = vmCalls(evidence).filter(
    ({ does, request }) => does === 'make' && mayHaveHappened(request),
  );
  return [
    ...moreThanOnce(runs, destructions(evidence), 'destroyed'),
    ...moreThanOnce(runs, created, 'made'),
    ...byNobody(runs, vmCalls(evidence)),
  ];
}

function moreThanOnce(runs: readonly Run[], calls: readonly VmCall[], done: string): Finding[] {
  const seen = new Map<string, number>();
  return calls.flatMap(({ node, request: { at } }) => {
    const attempt = attemptAt(runs, node, at);
    if (attempt === undefined) return [];
    const times = (seen.get(attempt.id) ?? 0) + 1;
    seen.set(attempt.id, times);
    if (times < 2) return [];
    return [violation('I6', at, node, `the machine of ${node} was ${done} ${times} times in ${attempt.id}`)];
  });
}

/** Without its workflow a request cannot be judged as a duplicate. */
function byNobody(runs: readonly Run[], calls: readonly VmCall[]): Finding[] {
  return calls
    .filter(({ node, request }) => attemptAt(runs, node, request.at) === undefined)
    .map(({ node, does, request: { at } }) =>
      unobserved('I6', at, node, `that ${node} was to be ${does}d belongs to no workflow the history shows`),
    );
}
