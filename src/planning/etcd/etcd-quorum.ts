/** Members that must agree for etcd to write: more than half of those that vote. */
export function quorumSize(votingMembers: number): number {
  return Math.floor(votingMembers / 2) + 1;
}

/** Whether etcd still accepts writes after the loss of one more healthy member. Learners do not count. */
export function survivesLosingOne(healthyVotingMembers: number, votingMembers: number): boolean {
  return healthyVotingMembers - 1 >= quorumSize(votingMembers);
}
