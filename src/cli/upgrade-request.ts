import os from 'node:os';
import { describe } from '../planning/reasons/describe.js';
import type { Strategy, UpgradeRequest } from '../planning/plan/plan.js';
import type { DeclaredCluster } from './declared-cluster.js';
import { UserMistake } from './mistakes.js';
import { sentence } from '../planning/text/sentence.js';

/** The options of an upgrade on the command line. */
export interface AskedFor {
  /** A version that git does not declare. */
  readonly talos?: string | undefined;
  /** Only these nodes. */
  readonly only?: readonly string[] | undefined;
  /** A strategy other than the one in slipway.yaml. */
  readonly strategy?: Strategy | undefined;
}

/** The request of this person, with the current time. @throws UserMistake for an invalid version, or a node outside of the inventory. */
export async function upgradeRequest(declared: DeclaredCluster, asked: AskedFor): Promise<UpgradeRequest> {
  const { inventory } = declared;
  const known = inventory.nodes.map((node) => node.name);
  for (const node of asked.only ?? []) {
    if (!known.includes(node))
      throw new UserMistake(sentence(describe({ kind: 'unknown-node', node, known })));
  }
  const talos = asked.talos === undefined ? inventory.versions.talos : versionOf(asked.talos);
  // Loaded lazily: `abort` and `release` need only `whoAsks`.
  const { commitOfAll } = await import('../tools/git-commit.js');
  const commit = await commitOfAll([declared.file, ...declared.versionFiles]);
  return {
    schema: 1,
    cluster: inventory.cluster,
    talos,
    declared: talos === inventory.versions.talos,
    requestedBy: whoAsks(),
    requestedAt: new Date().toISOString(),
    ...(commit ? { commit } : {}),
    ...(asked.strategy === undefined ? {} : { strategy: asked.strategy }),
  };
}

/** `user@host`: who is named in the run. */
export function whoAsks(): string {
  return `${os.userInfo().username}@${os.hostname()}`;
}

/** Adds the `v` that people leave out. */
function versionOf(text: string): string {
  const version = text.startsWith('v') ? text : `v${text}`;
  if (/^v\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(version)) return version;
  throw new UserMistake(sentence(describe({ kind: 'bad-version', version: text })));
}
