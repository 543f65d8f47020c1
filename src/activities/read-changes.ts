import {
  declaredChange,
  type ChangeInput,
  type DeclaredChange,
  type DeclaredState,
} from '../planning/declared-change.js';
import { mistakeLine } from '../inventory/mistake.js';
import { declaringCommit, inventoryAt, type InventoryAtCommit } from '../tools/git/declared-at.js';
import { GitFailed } from '../tools/git/git-failed.js';
import type { GitMirror } from '../tools/git/mirror.js';
import { isAncestor, mergeBase } from '../tools/git/read-mirror.js';
import { labelsOf, pullRequestsOf } from '../tools/forge/github-pulls.js';
import type { Delivery, PullRequestEvent, PushEvent } from '../workflows/delivery-messages.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository, type OpenRepository } from './open-repository.js';

/** What one delivery means for one cluster. */
export interface ClusterChange {
  /** Where its slipway.yaml stands in the repository, and where workers find its credential files. */
  readonly file: string;
  readonly folder: string;
  readonly change: DeclaredChange;
  /** Since which commit the branch has said so; there for an upgrade. */
  readonly declaredBy?: string;
}

/** What a delivery changed. */
export interface Changes {
  /** The commit it is about; for a merge where the branch stands now, which may be later. */
  readonly head: string;
  /** What it was compared with; null: nothing was there to compare with, so nothing starts. */
  readonly base: string | null;
  readonly clusters: readonly ClusterChange[];
  /** The pull request it came by, where the forge knows one. */
  readonly pullRequest?: number;
}

/** Reads git on both sides of a delivery, and says what it means for each cluster of the repository. Changes nothing. */
export async function readChanges(
  settings: ActivitySettings,
  { delivery }: { readonly delivery: Delivery },
): Promise<Changes> {
  const { repository, event } = delivery;
  if (event.kind === 'comment') throw new Error('a comment changes no commit');
  return inActivity(`reads ${repository.name}`, async (wait) => {
    const open = await openRepository(settings, repository, wait);
    const sides = await sidesOf(open, repository.branch, event);
    const asked = await askedOf(open, repository.branch, event);
    const clusters: ClusterChange[] = [];
    for (const { file, folder } of repository.clusters)
      clusters.push({
        file,
        folder,
        ...(await changeOf(open.mirror, sides, file, {
          labels: asked.labels,
          ...(repository.labels ? { names: repository.labels } : {}),
        })),
      });
    return {
      ...sides,
      clusters,
      ...(asked.pullRequest === undefined ? {} : { pullRequest: asked.pullRequest }),
    };
  });
}

interface Sides {
  readonly head: string;
  readonly base: string | null;
}

const zeros = /^0+$/;

/**
 * What is compared. A merge is looked at as the branch stands now: whatever order deliveries come in, the newest counts. A pull request
 * is compared with what it comes from.
 */
async function sidesOf(
  { mirror }: OpenRepository,
  branch: string,
  event: PushEvent | PullRequestEvent,
): Promise<Sides> {
  const tip = await mirror.fetchBranch(branch);
  if (event.kind === 'pull-request' && event.action !== 'merged') {
    await mirror.fetchCommits([event.head.sha, event.base.sha]);
    return { head: event.head.sha, base: (await mergeBase(mirror, tip, event.head.sha)) ?? event.base.sha };
  }
  const before = event.kind === 'push' ? event.before : event.base.sha;
  if (zeros.test(before)) return { head: tip, base: null };
  try {
    await mirror.fetchCommits([before]);
    // After a force push what was before is no part of the branch any more: what it meant is not known.
    return { head: tip, base: (await isAncestor(mirror, before, tip)) ? before : null };
  } catch (error) {
    if (error instanceof GitFailed && error.problem === 'absent') return { head: tip, base: null };
    throw error;
  }
}

/** The pull request of a merge and its labels: a push does not tell them. */
async function askedOf(
  { github }: OpenRepository,
  branch: string,
  event: PushEvent | PullRequestEvent,
): Promise<{ readonly labels: readonly string[]; readonly pullRequest?: number }> {
  if (event.kind === 'pull-request') return { labels: event.labels, pullRequest: event.number };
  if (!github || zeros.test(event.after)) return { labels: [] };
  const [pull] = await pullRequestsOf(github, event.after, branch);
  return pull ? { labels: await labelsOf(github, pull.number), pullRequest: pull.number } : { labels: [] };
}

async function changeOf(
  mirror: GitMirror,
  { base, head }: Sides,
  file: string,
  asked: Pick<ChangeInput, 'labels' | 'names'>,
): Promise<Pick<ClusterChange, 'change' | 'declaredBy'>> {
  const after = await inventoryAt(mirror, head, file);
  const before: InventoryAtCommit = base === null ? { ok: 'absent' } : await inventoryAt(mirror, base, file);
  const change = declaredChange({ file, base: stateOf(before), head: stateOf(after), ...asked });
  if (change.kind !== 'upgrade' || after.ok !== true) return { change };
  const same = (other: InventoryAtCommit): boolean =>
    declaredChange({ file, base: stateOf(other), head: stateOf(after) }).kind === 'nothing';
  return {
    change,
    declaredBy: await declaringCommit(mirror, { head, file, files: after.files }, same),
  };
}

function stateOf(found: InventoryAtCommit): DeclaredState {
  if (found.ok === 'absent') return { kind: 'absent' };
  return found.ok
    ? { kind: 'read', inventory: found.inventory }
    : { kind: 'unreadable', mistakes: found.mistakes.map(mistakeLine) };
}
