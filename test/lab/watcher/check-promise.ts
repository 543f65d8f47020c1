import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../../lab/watcher/evidence.js';
import type { Finding, PromiseName } from '../../../lab/watcher/finding.js';
import { judges } from '../../../lab/watcher/promises/judges.js';
import { broken, goodEvidence, type MadeEvidence } from './made-evidence.js';

/** One change of good evidence, and the promise's finding. */
export interface Case {
  readonly title: string;
  readonly change: (evidence: MadeEvidence) => void;
  /** Words of the sentence; none: the promise was kept. */
  readonly says?: string;
}

export function judged(name: PromiseName, evidence: Evidence): Finding[] {
  return judges[name].judge(evidence);
}

/** Each case as a test: the promise fires with those words, or reports nothing. `on` names the kind of run in the evidence. */
export function check(
  name: PromiseName,
  cases: readonly Case[],
  { on, made = goodEvidence }: { on?: string; made?: () => MadeEvidence } = {},
): void {
  describe(`promise ${name}${on === undefined ? '' : `, ${on}`}`, () => {
    it.each(cases)('$title', ({ change: apply, says }) => {
      const evidence = made();
      apply(evidence);
      inOrder(evidence);
      const sentences = broken(judged(name, evidence));
      const asExpected =
        says === undefined ? sentences.length === 0 : sentences.some((sentence) => sentence.includes(says));
      expect({ sentences, asExpected }).toEqual({ sentences, asExpected: true });
    });
  });
}

function inOrder(evidence: MadeEvidence): void {
  for (const list of [
    evidence.requests,
    evidence.machineEvents,
    evidence.changes,
    evidence.nodes,
    evidence.pods,
    evidence.etcd,
    evidence.connections,
    evidence.commands,
    evidence.hypervisor?.requests ?? [],
  ]) {
    list.sort((a: { at: number }, b: { at: number }) => a.at - b.at);
  }
}
