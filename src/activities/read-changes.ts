import {
  declaredChange,
  type ChangeInput,
  type DeclaredChange,
  type DeclaredState,
} from '../planning/merge/declared-change.js';
import type { Receiver } from '../inventory/notify.js';
import { mistakeLine } from '../inventory/mistake.js';
import { declaringCommit, inventoryAt, type InventoryAtCommit } from '../tools/git/declared-at.js';
import { GitFailed } from '../tools/git/git-failed.js';
import type { GitMirror } from '../tools/git/mirror.js';
import { isAncestor, mergeBase } from '../tools/git/read-mirror.js';
import { labelsOf, pullRequestsOf } from '../tools/git-host/github-pulls.js';
import type { Delivery, PullRequestEvent, PushEvent } from '../workflows/delivery-messages.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository, type OpenRepository } from './open-repository.js';

/** The receivers in a slipway.yaml; for a cluster that is gone, or whose file is unreadable, those of the previous commit. */
export interface ClusterPeople {
  readonly cluster: string;
  readonly talos: string;
  readonly notify: readonly Receiver[];
  /** Where relative credential files start. */
  readonly base: string;
}

/** What one delivery means for one cluster. */
export interface ClusterChange {
  /** The path of its slipway.yaml in the repository, and where workers find its credential files. */
  readonly file: string;
  readonly folder: string;
  readonly change: DeclaredChange;
  /** The commit since which the branch declares it; present for an upgrade. */
  readonly declaredBy?: string;
  /** The pull request of that commit, where the git host knows one: a delivery may be about an older merge than the one that counts. */
  readonly pullRequest?: number;
  /** Left out: its slipway.yaml names no receivers. */
  readonly people?: ClusterPeople;
  /** What this delivery's own merge declared, where the branch declares something else by now. */
  readonly overtaken?: DeclaredChange;
}

/** What a delivery changed. */
export interface Changes {
  /** The commit it is about; for a merge the head of the branch now, which may be later. */
  readonly head: string;
  /** The commit it was compared with; null: there was none, so nothing starts. */
  readonly base: string | null;
  readonly clusters: readonly ClusterChange[];
  /** The pull request it came by, where the git host knows one. */
  readonly pullRequest?: number;
}

/** Reads both commits of a delivery, and says what the change means for each cluster of the repository. Changes nothing. */
export async function readChanges(
  settings: ActivitySettings,
  { delivery }: { readonly delivery: Delivery },
): Promise<Changes> {
  const { repository, event } = delivery;
  if (event.kind === 'comment') throw new Error('a comment changes no commit');
  return inActivity(`reads ${repository.name}`, async (wait) => {
    const open = await openRepository(settings, repository, wait);
    const { own, ...sides } = await sidesOf(open, repository.branch, event);
    const asked = await askedOf(open, repository.branch, event);
    const looking = { open, sides, own, asked, repository };
    const clusters: ClusterChange[] = [];
    for (const { file, folder } of repository.clusters)
      clusters.push({ file, folder, ...(await changeOf(looking, file, folder)) });
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
 * The commits to compare. For a merge the newer one is the head of the branch now: deliveries come in any order, and the newest commit
 * counts. A pull request is compared with its merge base. `own`: the commit that the delivery itself is about.
 */
async function sidesOf(
  { mirror }: OpenRepository,
  branch: string,
  event: PushEvent | PullRequestEvent,
): Promise<Sides & { readonly own: string }> {
  const tip = await mirror.fetchBranch(branch);
  if (event.kind === 'pull-request' && event.action !== 'merged') {
    const { sha } = event.head;
    await mirror.fetchCommits([sha, event.base.sha]);
    return { head: sha, base: (await mergeBase(mirror, tip, sha)) ?? event.base.sha, own: sha };
  }
  const before = event.kind === 'push' ? event.before : event.base.sha;
  const own = (event.kind === 'push' ? event.after : event.mergeCommit) ?? tip;
  const first = { head: tip, base: null, own: tip };
  if (zeros.test(before)) return first;
  try {
    await mirror.fetchCommits([before]);
    // After a force push the previous commit is no part of the branch any more: what it declared is unknown.
    if (!(await isAncestor(mirror, before, tip))) return first;
  } catch (error) {
    if (error instanceof GitFailed && error.problem === 'absent') return first;
    throw error;
  }
  return { head: tip, base: before, own: (await isOf(mirror, own, tip)) ? own : tip };
}

/** Whether the branch still contains a commit. */
async function isOf(mirror: GitMirror, commit: string, tip: string): Promise<boolean> {
  try {
    return await isAncestor(mirror, commit, tip);
  } catch (error) {
    if (error instanceof GitFailed && error.problem === 'absent') return false;
    throw error;
  }
}

/** A pull request and its labels. */
interface Asked {
  readonly labels: readonly string[];
  readonly pullRequest?: number;
}

/** The pull request of a merge and its labels: a push does not contain them. */
async function askedOf(
  open: OpenRepository,
  branch: string,
  event: PushEvent | PullRequestEvent,
): Promise<Asked> {
  if (event.kind === 'pull-request') return { labels: event.labels, pullRequest: event.number };
  return zeros.test(event.after) ? { labels: [] } : mergedBy(open, branch, event.after);
}

/** The pull request of a commit and its labels. */
async function mergedBy({ github }: OpenRepository, branch: string, commit: string): Promise<Asked> {
  if (!github) return { labels: [] };
  const [pull] = await pullRequestsOf(github, commit, branch);
  return pull ? { labels: await labelsOf(github, pull.number), pullRequest: pull.number } : { labels: [] };
}

interface Looking {
  readonly open: OpenRepository;
  readonly sides: Sides;
  readonly own: string;
  readonly asked: Asked;
  readonly repository: Delivery['repository'];
}

async function changeOf(
  looking: Looking,
  file: string,
  folder: string,
): Promise<Omit<ClusterChange, 'file' | 'folder'>> {
  const { sides, own, open, asked, repository } = looking;
  const { mirror } = open;
  const { base, head } = sides;
  const after = await inventoryAt(mirror, head, file);
  const before: InventoryAtCommit = base === null ? { ok: 'absent' } : await inventoryAt(mirror, base, file);
  const names = repository.labels ? { names: repository.labels } : {};
  const compared = (
    one: InventoryAtCommit,
    other: InventoryAtCommit,
    more: Pick<ChangeInput, 'labels'> = {},
  ): DeclaredChange => declaredChange({ file, base: stateOf(one), head: stateOf(other), ...names, ...more });
  const overtaken = async (): Promise<{ readonly overtaken?: DeclaredChange }> => {
    if (own === head) return {};
    const then = await inventoryAt(mirror, own, file);
    const change = compared(before, then, asked);
    return change.kind === 'upgrade' && compared(then, after).kind !== 'nothing' ? { overtaken: change } : {};
  };
  const change = compared(before, after, asked);
  const people = peopleOf(after, before, folder);
  if (change.kind !== 'upgrade' || after.ok !== true) return { change, ...people, ...(await overtaken()) };
  const { commit, parent } = await declaringCommit(
    mirror,
    { head, file, files: after.files },
    (other) => compared(other, after).kind === 'nothing',
  );
  const by = commit === own ? asked : await mergedBy(open, repository.branch, commit);
  // The change of the merge that counts: between an old base and now a version may have changed back and forth.
  const declared = compared(parent, after, by);
  const counts = declared.kind === 'nothing' ? compared(before, after, by) : declared;
  const { pullRequest } = by;
  return {
    change: counts,
    ...people,
    ...(counts.kind === 'upgrade' ? { declaredBy: commit } : {}),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(await overtaken()),
  };
}

/** From the side that can be read, the newer first. */
function peopleOf(
  after: InventoryAtCommit,
  before: InventoryAtCommit,
  base: string,
): Pick<ClusterChange, 'people'> {
  const known = [after, before].find(({ ok }) => ok === true);
  if (known?.ok !== true || known.inventory.notify.length === 0) return {};
  const { cluster, notify, versions } = known.inventory;
  return { people: { cluster, talos: versions.talos, notify, base } };
}

/** What a commit declares for a cluster, to compare it with another commit. */
export function stateOf(found: InventoryAtCommit): DeclaredState {
  if (found.ok === 'absent') return { kind: 'absent' };
  return found.ok
    ? { kind: 'read', inventory: found.inventory }
    : { kind: 'unreadable', mistakes: found.mistakes.map(mistakeLine) };
}
