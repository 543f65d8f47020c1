import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdClient, EtcdError, askAnyMember, type EtcdMember } from '../machines/etcd-client.js';

/** A member without data that joins. */
export interface JoiningMember {
  readonly name: string;
  /** `http://127.77.67.1:2380` */
  readonly peer: string;
  /** Client URLs of the other members. */
  readonly others: readonly string[];
  /** Milliseconds between two attempts. */
  readonly againMs: number;
  /** Cancels the joining. */
  readonly signal: AbortSignal;
}

/** The start parameters of a member that has joined. */
export interface Joined {
  /** Value of `--initial-cluster`. */
  readonly initialCluster: string;
  readonly learnerId: string;
}

/**
 * Joins as Talos does for a member without data: it first removes a member of the same name, which can only be an earlier life of this
 * machine; then it adds itself as a learner. Retries until it is added. Rejects when the signal aborts.
 */
export async function joinAsLearner(joining: JoiningMember): Promise<Joined> {
  for (;;) {
    joining.signal.throwIfAborted();
    try {
      return await attempt(joining);
    } catch (error) {
      // No majority, no connection, another learner: etcd returns an error, and Talos only logs it.
      if (!(error instanceof EtcdError)) throw error;
    }
    await sleep(joining.againMs, undefined, { signal: joining.signal });
  }
}

async function attempt({ name, peer, others }: JoiningMember): Promise<Joined> {
  const ask = <Answer>(question: (client: EtcdClient) => Promise<Answer>): Promise<Answer> =>
    askAnyMember(others, question);
  for (const member of await ask((client) => client.members()))
    if (member.name === name) await ask((client) => client.removeMember(member.ID));
  const learnerId = await ask((client) => client.addLearner(peer));
  const members = await ask((client) => client.members());
  const named = (member: EtcdMember): string => (member.ID === learnerId ? name : member.name);
  const initialCluster = members
    .flatMap((member) => member.peerURLs.map((url) => `${named(member)}=${url}`))
    .join(',');
  return { initialCluster, learnerId };
}

/**
 * Requests a vote until the learner is promoted: etcd refuses while it is behind. `mayAsk` is called before each attempt. Rejects when the
 * signal aborts.
 */
export async function becomeVoter(
  joining: JoiningMember,
  learnerId: string,
  mayAsk: () => boolean,
): Promise<void> {
  const { others, againMs, signal } = joining;
  for (;;) {
    await sleep(againMs, undefined, { signal });
    if (!mayAsk()) continue;
    for (const endpoint of others) {
      try {
        await new EtcdClient(endpoint).promote(learnerId);
        return;
      } catch {
        // Down, or without the learner: try the next one, and then again.
      }
    }
  }
}
