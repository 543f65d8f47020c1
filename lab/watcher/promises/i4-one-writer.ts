import type { Evidence, HypervisorRequest, StateLook } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { endOf, mayHaveHappened, slipwayChangesAtHypervisor } from '../moments/hypervisor-calls.js';

/** Observations of the state further apart than this prove nothing about the time between them. Milliseconds. */
const LOOKS_APART_MOST = 1_000;

/**
 * The Terraform part of I4: no request to the hypervisor for a machine or a template while an earlier one for it is in progress; no change
 * while the state is not locked; and the state is never overwritten: its lineage stays, its serial grows with each change.
 */
export function oneWriterAtATime(evidence: Evidence): Finding[] {
  const { hypervisor } = evidence;
  if (hypervisor === undefined) return [];
  const changes = slipwayChangesAtHypervisor(evidence);
  return [
    ...overlapping(changes),
    // A rejected request changed nothing, and Terraform may have released its lock before the observation.
    ...changes.filter(mayHaveHappened).flatMap((request) => unlocked(hypervisor.states, request)),
    ...writtenOver(hypervisor.states),
  ];
}

function overlapping(changes: readonly HypervisorRequest[]): Finding[] {
  return changes.flatMap((request, index) => {
    const under = changes
      .slice(0, index)
      .find((first) => subjectOf(first) === subjectOf(request) && request.at < endOf(first));
    if (under === undefined) return [];
    // The client may have died: a request without an answer is judged by I6, as a duplicate.
    if (under.took === undefined) return [];
    const words = `${request.method} of ${subjectOf(request)} while an earlier ${under.method} was still under way`;
    return [violation('I4', request.at, subjectOf(request), words)];
  });
}

function unlocked(looks: readonly StateLook[], { at, method, path }: HypervisorRequest): Finding[] {
  const next = looks.findIndex((look) => look.at >= at);
  const around = [looks[next - 1], looks[next]];
  const [before, after] = around;
  if (before === undefined || after === undefined || after.at - before.at > LOOKS_APART_MOST) return [];
  if (around.some((look) => look?.lock !== undefined)) return [];
  const words = `${method} ${path} at the hypervisor while nobody held the lock of the Terraform state`;
  return [violation('I4', at, 'Terraform', words)];
}

function writtenOver(looks: readonly StateLook[]): Finding[] {
  const states = looks.flatMap(({ at, state }) => (state === undefined ? [] : [{ at, ...state }]));
  return states.flatMap((state, index) => {
    const before = states[index - 1];
    if (before === undefined || before.sha256 === state.sha256) return [];
    const broken = (how: string): Finding[] => [
      violation('I4', state.at, 'Terraform', `the Terraform state was written over: ${how}`),
    ];
    if (before.lineage !== state.lineage)
      return broken(`it is another one now, ${state.lineage} instead of ${before.lineage}`);
    if (state.serial <= before.serial)
      return broken(`its serial went from ${before.serial} to ${state.serial}, and it says something else`);
    return [];
  });
}

function subjectOf({ vmid, template, path }: HypervisorRequest): string {
  if (vmid !== undefined) return `VM ${vmid}`;
  return template === undefined ? path : `template ${template}`;
}
