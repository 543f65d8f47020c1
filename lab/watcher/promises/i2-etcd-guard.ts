import type { EtcdRound, Evidence, Moment, TalosRequest } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { ETCD_ROUND_AGE_MOST, forbiddenBy, roundsBefore, voterCount } from '../moments/etcd-state.js';
import { seconds } from '../moments/last-before.js';
import { outageAccepted, runAt, runsOf, sentBack } from '../moments/runs.js';
import { DESTRUCTION, destructions } from '../moments/hypervisor-calls.js';
import { disruptingRequests } from '../moments/talos-calls.js';
import { isBeingReplaced, isControlPlane } from '../moments/touches.js';

/** Slipway's preflight check may be this old when the request is sent. Milliseconds. */
const LOOK_AGE_MOST = 5_000;

/** A request may take this long: its client must start, on a machine that may be busy. Milliseconds. */
const WAY_TAKES_MOST = 5_000;

/** Terraform reads its state and refreshes all its resources before its first change. Milliseconds. */
const TERRAFORM_TAKES_MOST = 20_000;

/** An action that disrupts a control plane. */
interface Act {
  readonly at: Moment;
  readonly node: string;
  readonly called: string;
  /** It may take this long to arrive. Milliseconds. */
  readonly wayMost: number;
  /** The machine of that member is gone: its own member's state is ignored, because the action repairs it. */
  readonly repairs?: boolean;
  /** It halted the run and rolls back on a person's decision: its own member may be unhealthy, missing, or no voter. */
  readonly rollsBackAutomatically?: boolean;
}

/**
 * I2: a control plane is disrupted only while every voter is healthy, there is no learner and no alarm, all agree on one leader that is not
 * this node, applied indexes are close, and a majority remains without it. One voter: only with `outageAccepted`; two: never. A reason
 * counts only if every round of the last 5 s shows it: Slipway checks once within that time, and cannot know of later changes. And Slipway
 * must have checked: each other member was read in time. Judged where something stops: at the legacy upgrade, at the reboot after an
 * install, at the removal of a member, at the destruction of a machine. The member of a destroyed machine is dead when it is removed, which
 * is allowed.
 */
export function etcdAllowsIt(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const requests = disruptingRequests(evidence).map(
    ({ request: { at }, node, called, removesMember }): Act => {
      const repairs = removesMember === true && isBeingReplaced(evidence, node, at);
      const rollsBackAutomatically = (repairs || called === 'Rollback') && sentBack(runs, node, at);
      return { at, node, called, wayMost: WAY_TAKES_MOST, repairs, rollsBackAutomatically };
    },
  );
  const machines = destructions(evidence).map(({ request: { at }, node }): Act => ({
    at,
    node,
    called: DESTRUCTION,
    wayMost: TERRAFORM_TAKES_MOST,
    rollsBackAutomatically: sentBack(runs, node, at),
  }));
  return [...requests, ...machines]
    .filter(({ node }) => isControlPlane(evidence, node))
    .flatMap((act) => judge(evidence, act));
}

function judge(evidence: Evidence, act: Act): Finding[] {
  const { at, node, called } = act;
  const rounds = roundsBefore(evidence, at, LOOK_AGE_MOST);
  const newest = rounds.at(-1);
  if (newest === undefined) {
    const words = `etcd was not seen within ${ETCD_ROUND_AGE_MOST / 1000} s before ${called} of ${node}`;
    return [unobserved('I2', at, node, words)];
  }
  const voters = tooFewVoters(evidence, act, newest);
  const reasons = standing(rounds, act, handedOver(evidence, act, newest)).map(
    (reason) => `${called} of ${node} with etcd not safe: ${reason}`,
  );
  return [...(voters === undefined ? [] : [voters]), ...reasons, ...notAsked(evidence, act, newest)].map(
    (what) => violation('I2', at, node, what),
  );
}

/** Reasons that each of the rounds shows, in the words of the last one. */
function standing(
  rounds: readonly EtcdRound[],
  { node, repairs, rollsBackAutomatically }: Act,
  handedOverSince: boolean,
): string[] {
  const all = rounds.map((round) => forbiddenBy(round, node));
  const last = all.at(-1) ?? new Map<string, string>();
  if (handedOverSince) last.delete('leads');
  const own = new Set([
    ...(repairs || rollsBackAutomatically ? [`member ${node}`] : []),
    ...(rollsBackAutomatically ? [`learner ${node}`, `behind ${node}`] : []),
  ]);
  return [...last]
    .filter(([key]) => all.every((reasons) => reasons.has(key)))
    .filter(([key]) => !own.has(key))
    .map(([, reason]) => reason);
}

/** The longest duration of one round: a member's answer may be that much older than the round. Milliseconds. */
const ROUND_TAKES_MOST = 1_500;

/**
 * Whether the node transferred its leadership after the newest round: a transfer, and the request after it, can fall between two rounds, or
 * within one. A round after the request shows the result: there the others follow another leader.
 */
function handedOver(evidence: Evidence, { at, node }: Act, newest: EtcdRound): boolean {
  const gaveAway = evidence.requests.some(
    (request) =>
      request.method === 'EtcdForfeitLeadership' &&
      request.node === node &&
      request.code === 0 &&
      request.at >= newest.at - ROUND_TAKES_MOST &&
      request.at <= at,
  );
  if (!gaveAway) return false;
  const own = newest.statuses.find((status) => status.node === node)?.said?.memberId;
  // The first may have begun before the transfer.
  const next = evidence.etcd.filter((round) => round.at > at).slice(0, 2);
  const followed = next.map(({ statuses }) =>
    statuses.flatMap(({ node: name, said }) => (said && name !== node ? [said.leader] : [])),
  );
  return own !== undefined && followed.some((leaders) => leaders.length > 0 && !leaders.includes(own));
}

function tooFewVoters(
  evidence: Evidence,
  { at, node, called, rollsBackAutomatically }: Act,
  round: EtcdRound,
): string | undefined {
  const voters = voterCount(round);
  // Removing a learner removes no vote.
  const votes = round.members?.some(({ name, learner }) => name === node && !learner) ?? true;
  if (rollsBackAutomatically && !votes) return undefined;
  if (voters === 2) return `${called} of ${node} with two voters: neither may go`;
  if (voters !== 1) return undefined;
  const run = runAt(runsOf(evidence), at);
  if (run !== undefined && outageAccepted(run)) return undefined;
  return `${called} of ${node}, the only voter, without outageAccepted`;
}

/** The other members that reported no state, and the cluster data that was not read, right before the request. */
function notAsked(evidence: Evidence, { at, node, called, wayMost }: Act, round: EtcdRound): string[] {
  const others = (round.members ?? []).map(({ name }) => name).filter((name) => name !== '' && name !== node);
  if (others.length === 0) return [];
  const window = LOOK_AGE_MOST + wayMost;
  const answered = evidence.requests.filter(
    (request) => request.code === 0 && request.at <= at && request.at >= at - window,
  );
  const asked = (method: string, of?: string): boolean =>
    answered.some(
      (request: TalosRequest) => request.method === method && (of ?? request.node) === request.node,
    );
  const missing = [
    ...others.filter((name) => !asked('EtcdStatus', name)).map((name) => `how the etcd of ${name} is`),
    ...(asked('EtcdMemberList') ? [] : ['who is a member of etcd']),
    ...(asked('EtcdAlarmList') ? [] : ['whether etcd has an alarm']),
  ];
  return missing.map(
    (what) => `${called} of ${node}, and in the ${seconds(window)} before it nobody had asked ${what}`,
  );
}
