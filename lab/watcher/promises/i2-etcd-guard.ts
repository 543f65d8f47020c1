import type { EtcdRound, Evidence, TalosRequest } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { ETCD_ROUND_AGE_MOST, forbiddenBy, roundsBefore, voterCount } from '../moments/etcd-state.js';
import { outageAccepted, runAt, runsOf } from '../moments/runs.js';
import { destructiveRequests, isControlPlane } from '../moments/touches.js';

/** The last look may be this old when the request goes out. Milliseconds. */
const LOOK_AGE_MOST = 5_000;

/**
 * I2: a control plane is disrupted only while every voter is healthy, there is no learner and no alarm, one leader is
 * agreed by all and is not this node, applied indexes are close, and a majority remains without it. One voter: only with
 * `outageAccepted`; two: never. What forbids it must have stood in every round of the last 5 s: Slipway looks once in
 * them, and cannot know what happened since.
 */
export function etcdAllowsIt(evidence: Evidence): Finding[] {
  return destructiveRequests(evidence)
    .filter(({ node }) => isControlPlane(evidence, node))
    .flatMap((request) => judge(evidence, request));
}

function judge(evidence: Evidence, request: TalosRequest): Finding[] {
  const { at, node, method } = request;
  const rounds = roundsBefore(evidence, at, LOOK_AGE_MOST);
  const newest = rounds.at(-1);
  if (newest === undefined) {
    const words = `etcd was not seen within ${ETCD_ROUND_AGE_MOST / 1000} s before ${method} of ${node}`;
    return [unobserved('I2', at, node, words)];
  }
  const voters = tooFewVoters(evidence, request, newest);
  const reasons = [...standing(rounds, node)].map(
    (reason) => `${method} of ${node} with etcd not safe: ${reason}`,
  );
  return [...(voters === undefined ? [] : [voters]), ...reasons].map((what) =>
    violation('I2', at, node, what),
  );
}

/** Reasons that stand in each of the rounds, in the words of the last one. */
function standing(rounds: readonly EtcdRound[], node: string): string[] {
  const all = rounds.map((round) => forbiddenBy(round, node));
  const last = all.at(-1) ?? new Map<string, string>();
  return [...last].filter(([key]) => all.every((reasons) => reasons.has(key))).map(([, reason]) => reason);
}

function tooFewVoters(
  evidence: Evidence,
  { at, node, method }: TalosRequest,
  round: EtcdRound,
): string | undefined {
  const voters = voterCount(round);
  if (voters === 2) return `${method} of ${node} with two voters: neither may go`;
  if (voters !== 1) return undefined;
  const run = runAt(runsOf(evidence), at);
  if (run !== undefined && outageAccepted(run)) return undefined;
  return `${method} of ${node}, the only voter, without outageAccepted`;
}
