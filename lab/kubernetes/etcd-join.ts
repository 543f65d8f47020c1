import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdClient, EtcdError, askAnyMember, type EtcdMember } from '../machines/etcd-client.js';

/** A member without data that wants to join. */
export interface JoiningMember {
  readonly name: string;
  /** `http://127.77.67.1:2380` */
  readonly peer: string;
  /** Clients' URLs of the other members. */
  readonly others: readonly string[];
  /** Milliseconds between two attempts. */
  readonly againMs: number;
  /** Ends the joining. */
  readonly signal: AbortSignal;
}

/** How to start a member that has joined. */
export interface Joined {
  /** Value of `--initial-cluster`. */
  readonly initialCluster: string;
  readonly learnerId: string;
}

/**
 * Asks to be taken in, as Talos does for a member without data: a member of the same name goes first, for it can only be
 * this machine's last life; then it is added as a learner. Tries until it is taken in. Rejects when the signal aborts.
 */
export async function joinAsLearner(joining: JoiningMember): Promise<Joined> {
  for (;;) {
    joining.signal.throwIfAborted();
    try {
      return await attempt(joining);
    } catch (error) {
      // No majority, no connection, another learner: etcd says so, and Talos only logs it.
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
 * Asks for a vote until the learner has one: etcd refuses while it is behind. `mayAsk` is asked before each attempt.
 * Rejects when the signal aborts.
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
        // Down, or the learner is not there yet: the next one, and then again.
      }
    }
  }
}
