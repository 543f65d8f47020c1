import type { Inventory } from '../inventory/schema.js';
import { certificatesOutlast } from '../planning/certificates.js';
import type { DeclaredChange } from '../planning/declared-change.js';
import { planShown, type PlanShown } from '../planning/plan-comment.js';
import type { Planned, UpgradeRequest } from '../planning/plan.js';
import { proposedInventory } from '../planning/proposed-inventory.js';
import { newSchematics } from '../planning/schematic-change.js';
import { planUpgrade } from '../planning/upgrade-plan.js';
import { openCluster } from '../tools/cluster-access.js';
import { setCheck } from '../tools/forge/github-checks.js';
import { upsertComment } from '../tools/forge/github-comments.js';
import { pullRequest } from '../tools/forge/github-pulls.js';
import type { GitHub } from '../tools/forge/github.js';
import { inventoryAt } from '../tools/git/declared-at.js';
import type { GitMirror } from '../tools/git/mirror.js';
import { planSources } from '../tools/plan-sources.js';
import { Refusal } from '../tools/refusal.js';
import type { Delivery, PullRequestEvent } from '../workflows/delivery-messages.js';
import { inActivity, type ActivitySettings, type Wait } from './activity-context.js';
import { openRepository } from './open-repository.js';
import type { ClusterChange } from './read-changes.js';

export interface ProposePlan {
  readonly delivery: Delivery;
  readonly event: PullRequestEvent;
  readonly cluster: ClusterChange;
}

/** What the pull request was told. */
export type Proposed =
  | { readonly outcome: 'told'; readonly state: PlanShown['state']; readonly title: string }
  /** It has another commit by now, or is closed: that has, or needs, its own. */
  | { readonly outcome: 'stale' }
  /** Its forge takes no comments, or there was nothing to tell. */
  | { readonly outcome: 'not-told' };

/** Changes that say nothing of a cluster: nothing is written of them, but what was written before is brought up to date. */
const silent: ReadonlySet<DeclaredChange['kind']> = new Set<DeclaredChange['kind']>([
  'nothing',
  'absent',
  'new',
  'mended',
]);

/**
 * Plans what a pull request proposes for a cluster, as `slipway plan` does and with the reader's credentials, and shows it there: one comment,
 * kept up to date, and a check at its commit. Changes nothing at the cluster. Safe to repeat.
 */
export async function proposePlan(settings: ActivitySettings, step: ProposePlan): Promise<Proposed> {
  const { delivery, event, cluster } = step;
  const { repository } = delivery;
  const { change, file } = cluster;
  return inActivity(
    `plans what pull request ${event.number} of ${repository.name} proposes`,
    async (wait) => {
      const { mirror, github } = await openRepository(settings, repository, wait);
      if (!github) return { outcome: 'not-told' };
      if (await isStale(github, event)) return { outcome: 'stale' };
      const base = await branchInventory(mirror, repository.branch, file);
      const planned = base && (await plannedOf(settings, step, { mirror, base }, wait));
      const name = nameOf(change, base);
      const shown = planShown({
        cluster: name,
        file,
        change,
        ...(planned ? { planned } : {}),
        commit: event.head.sha,
        at: new Date().toISOString(),
        windows: base?.upgrade.windows !== undefined,
      });
      // Observing takes a while.
      if (await isStale(github, event)) return { outcome: 'stale' };
      const quiet = silent.has(change.kind);
      const place = { number: event.number, marker: `plan/${name}` };
      const { outcome } = await upsertComment(github, place, shown.text, quiet ? 'if-there' : 'always');
      if (outcome === 'absent') return { outcome: 'not-told' };
      const { state, title } = shown;
      await setCheck(github, event.head.sha, { name: `slipway/${name}`, state, title, summary: shown.text });
      return { outcome: 'told', state, title };
    },
  );
}

/** What it is about is not what the pull request is by now. */
async function isStale(github: GitHub, { number, head }: PullRequestEvent): Promise<boolean> {
  const now = await pullRequest(github, number);
  return now.state !== 'open' || now.head.sha !== head.sha;
}

/** What the branch declares now; undefined: nothing that can be read. */
async function branchInventory(
  mirror: GitMirror,
  branch: string,
  file: string,
): Promise<Inventory | undefined> {
  const found = await inventoryAt(mirror, await mirror.fetchBranch(branch), file);
  return found.ok === true ? found.inventory : undefined;
}

function nameOf(change: DeclaredChange, base: Inventory | undefined): string {
  if (base) return base.cluster;
  return 'cluster' in change && change.cluster !== undefined ? change.cluster : 'cluster';
}

/** Undefined: nothing of it is carried out, so nothing is planned. */
async function plannedOf(
  settings: ActivitySettings,
  { delivery, event, cluster: { change, file, folder } }: ProposePlan,
  { mirror, base }: { readonly mirror: GitMirror; readonly base: Inventory },
  wait: Wait,
): Promise<Planned | undefined> {
  if (change.kind !== 'upgrade' || change.what === 'kubernetes') return undefined;
  await mirror.fetchCommits([event.head.sha]);
  const head = await inventoryAt(mirror, event.head.sha, file);
  if (head.ok !== true) return undefined;
  const inventory = proposedInventory(base, head.inventory);
  const request: UpgradeRequest = {
    schema: 4,
    cluster: inventory.cluster,
    talos: inventory.versions.talos,
    declared: true,
    requestedBy: event.by,
    requestedAt: delivery.receivedAt,
    commit: event.head.sha,
    ...(change.labels.kind === 'disagrees' ? { strategy: change.labels.asked } : {}),
  };
  return planNow(settings, { request, inventory, base: settings.credentialsFolder ?? folder }, wait);
}

async function planNow(
  { dialMap, connections }: ActivitySettings,
  {
    request,
    inventory,
    base,
  }: { readonly request: UpgradeRequest; readonly inventory: Inventory; readonly base: string },
  wait: Wait,
): Promise<Planned> {
  try {
    const access = await openCluster(inventory, { base, dialMap, connections });
    try {
      const [sources, certificates] = await Promise.all([
        planSources(access, { request, only: [], newSchematics }, wait.signal),
        access.certificates({ admin: false }),
      ]);
      return certificatesOutlast(planUpgrade(sources), certificates, Date.now());
    } finally {
      await access.close();
    }
  } catch (error) {
    // A credential or a tool that is missing refuses as much as a rule does.
    if (error instanceof Refusal) return { verdict: 'refused', reasons: [error.reason] };
    throw error;
  }
}
