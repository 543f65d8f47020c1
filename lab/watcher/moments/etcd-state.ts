import type { EtcdRound, EtcdStatus, Evidence, Moment } from '../evidence.js';

/** The maximum age of the newest round for a judgement about a moment. Milliseconds. */
export const ETCD_ROUND_AGE_MOST = 3_000;

/** Applied indexes further apart than this are not close: etcd stops taking writes at 5,000. */
const ENTRIES_BEHIND_MOST = 1_000;

/** The rounds that an observation within that many milliseconds before a moment could have seen; empty: none is new enough. */
export function roundsBefore({ etcd }: Evidence, moment: Moment, window: number): EtcdRound[] {
  const rounds = etcd.filter(({ at }) => at <= moment && at >= moment - window);
  const newest = rounds.at(-1);
  return newest !== undefined && moment - newest.at <= ETCD_ROUND_AGE_MOST ? rounds : [];
}

/** Undefined when the member of that name votes and responds; otherwise its problem. */
export function memberTrouble(round: EtcdRound, node: string): string | undefined {
  if (round.members === undefined) return 'etcd has no majority that could name its members';
  const member = round.members.find(({ name }) => name === node);
  if (member === undefined) return `${node} is no member of etcd`;
  if (member.learner) return `etcd member ${node} is a learner`;
  const said = round.statuses.find((status) => status.node === node)?.said;
  if (said === undefined) return `etcd member ${node} does not answer`;
  if (said.leader === '0') return `etcd member ${node} knows no leader`;
  return said.errors.length > 0 ? `etcd member ${node} reports ${said.errors.join(', ')}` : undefined;
}

/**
 * What forbids the disruption of a control plane in one round (I2), as far as etcd shows it: each reason has a key that is the same from
 * round to round.
 */
export function forbiddenBy(round: EtcdRound, node: string): Map<string, string> {
  const reasons = new Map<string, string>();
  const { members } = round;
  if (members === undefined)
    return reasons.set('members', 'etcd had no majority that could name its members');
  for (const { name, learner, id } of members) {
    if (name === '') reasons.set(`unstarted ${id}`, `member ${id} was added and never started`);
    else if (learner) reasons.set(`learner ${name}`, `${name} was a learner`);
    else {
      const trouble = memberTrouble(round, name);
      if (trouble !== undefined) reasons.set(`member ${name}`, trouble);
    }
  }
  const voters = members.filter(({ learner, name }) => !learner && name !== '').map(({ name }) => name);
  const left = voters.filter((name) => name !== node && memberTrouble(round, name) === undefined).length;
  const majority = Math.floor(voters.length / 2) + 1;
  if (voters.length > 2 && left < majority) {
    reasons.set(
      'majority',
      `without it ${left} of ${voters.length} voters were left, and ${majority} are a majority`,
    );
  }
  for (const [key, reason] of leadership(round, node)) reasons.set(key, reason);
  return reasons;
}

/** The number of voters; undefined when no member could answer. */
export function voterCount(round: EtcdRound): number | undefined {
  return round.members?.filter(({ learner, name }) => !learner && name !== '').length;
}

function leadership(round: EtcdRound, node: string): Map<string, string> {
  const reasons = new Map<string, string>();
  const said = round.statuses.flatMap((status) =>
    status.said ? [{ node: status.node, ...status.said }] : [],
  );
  const leaders = [...new Set(said.map(({ leader }) => leader))];
  if (leaders.length > 1) reasons.set('agreed', `its members followed ${leaders.length} different leaders`);
  if (leaders.length === 0 || leaders.includes('0')) reasons.set('leader', 'it had no leader');
  const alone = round.members?.length === 1;
  if (!alone && leads(round.statuses, node)) reasons.set('leads', `${node} led it`);
  const furthest = Math.max(0, ...said.map(({ raftIndex }) => raftIndex));
  for (const { node: name, appliedIndex } of said) {
    const behind = furthest - appliedIndex;
    if (behind > ENTRIES_BEHIND_MOST) reasons.set(`behind ${name}`, `${name} was ${behind} entries behind`);
  }
  return reasons;
}

function leads(statuses: readonly EtcdStatus[], node: string): boolean {
  const said = statuses.find((status) => status.node === node)?.said;
  return said !== undefined && said.leader === said.memberId;
}
