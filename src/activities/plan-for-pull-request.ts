import os from 'node:os';
import path from 'node:path';
import type { Inventory } from '../inventory/schema.js';
import { type ChangeInput, declaredChange, type DeclaredChange } from '../planning/merge/declared-change.js';
import { describeDeclaredChange } from '../planning/merge/describe-declared-change.js';
import { isHandedOver } from '../planning/merge/submitted-change.js';
import { windowAt } from '../planning/gates/maintenance-window.js';
import type { UpgradeRequest } from '../planning/plan/plan.js';
import { type PlanCheck, planCheck } from '../planning/merge/commit-status.js';
import { type MadePlan, planComment, type ProposedChange } from '../planning/merge/plan-comment.js';
import { proposedInventory, settingsNotPlanned } from '../planning/merge/proposed-inventory.js';
import type { Reason } from '../planning/reasons/reason.js';
import { addressesIn } from '../planning/node/node-address.js';
import { reasonInPublic } from '../planning/reasons/reason-in-public.js';
import { newSchematics } from '../planning/versions/schematic-change.js';
import { planUpgrade } from '../planning/plan/upgrade-plan.js';
import type { RepositorySettings } from '../starter/settings.js';
import { cacheFolder } from '../tools/binaries/cache.js';
import { openCluster } from '../tools/cluster-access.js';
import { type InventoryAtCommit, inventoryAt } from '../tools/git/declared-at.js';
import type { GitMirror } from '../tools/git/mirror.js';
import { planSources } from '../tools/plan-sources.js';
import { Refusal, messageOf } from '../tools/refusal.js';
import { inActivity, type ActivitySettings, type Wait } from './activity-context.js';
import { askTerraform } from './ask-terraform.js';
import { openRepository } from './open-repository.js';
import { stateOf } from './read-changes.js';
import type { OpenPullRequest, PullRequestPlace } from './read-pull-request.js';

export interface PlanForPullRequest extends PullRequestPlace {
  readonly pull: OpenPullRequest;
  /** Which of the repository's clusters. */
  readonly cluster: RepositorySettings['clusters'][number];
}

/** The comment and the check of a pull request about one cluster. */
export interface PullRequestPlan {
  /** The cluster's name in the comment's marker and in the check. */
  readonly about: string;
  /** What the change means. */
  readonly sentence: string;
  /** The comment. */
  readonly text: string;
  /** Left out: the change does not concern the cluster. That is published only where an earlier push did. */
  readonly check?: PlanCheck;
}

/**
 * Plans what a pull request proposes for one cluster, as `slipway plan` does: it observes the cluster with the reader's credentials.
 * Only versions and schematics of the pull request count; the branch says how the cluster is reached, and everything else. Changes
 * nothing.
 */
export async function planForPullRequest(
  settings: ActivitySettings,
  step: PlanForPullRequest,
): Promise<PullRequestPlan> {
  const { repository, number, pull, cluster } = step;
  return inActivity(
    `plans pull request ${number} of ${repository.name} for ${cluster.file}`,
    async (wait) => {
      const { mirror } = await openRepository(settings, repository, wait);
      await mirror.fetchCommits([pull.head, pull.base, pull.branch]);
      const at = (commit: string) => inventoryAt(mirror, commit, cluster.file);
      const [head, base, branch] = [await at(pull.head), await at(pull.base), await at(pull.branch)];
      const input: ChangeInput = {
        file: cluster.file,
        base: stateOf(base),
        head: stateOf(head),
        labels: pull.labels,
        ...(repository.labels ? { names: repository.labels } : {}),
      };
      const about = aboutOf([branch, base, head], cluster.file);
      const change = declaredChange(input);
      const given = { file: cluster.file, head: pull.head, branch: repository.branch };
      if (change.kind !== 'upgrade' || head.ok !== true || base.ok !== true)
        return planFor(about, { ...given, change });
      const notPlanned = settingsNotPlanned({ base: base.inventory, head: head.inventory });
      if (branch.ok !== true) {
        const unreadable = declaredChange({ ...input, head: stateOf(branch) });
        return planFor(about, { ...given, change: unreadable });
      }
      const sides = { base: base.inventory, branch: branch.inventory, head: head.inventory };
      // Only what is planned is described: the branch's strategies also decide about a label.
      const inventory = proposedInventory(sides);
      const proposed = declaredChange({ ...input, base: stateOf(branch), head: { kind: 'read', inventory } });
      // A change that depends on other settings is planned once it is merged.
      const later = proposed.kind === 'nothing' && notPlanned.length > 0;
      const proposal = { ...given, change: later ? change : proposed, notPlanned };
      if (!isHandedOver(proposed)) return planFor(about, proposal);
      const request = requestOf(step, inventory, proposed);
      const made = await madePlan(settings, step, { request, inventory, mirror, wait });
      return planFor(about, { ...proposal, made });
    },
  );
}

function planFor(about: string, proposed: ProposedChange): PullRequestPlan {
  const { change, made } = proposed;
  const plan = { about, sentence: describeDeclaredChange(change), text: planComment(proposed) };
  if (change.kind === 'nothing' || change.kind === 'absent') return plan;
  return { ...plan, check: planCheck(change, made?.planned, made?.terraform) };
}

/** The cluster's name on the most trusted side; where none can be read, that of the file. */
function aboutOf(sides: readonly InventoryAtCommit[], file: string): string {
  const known = sides.find((side) => side.ok === true);
  return known?.ok === true ? known.inventory.cluster : file;
}

function requestOf(
  { repository, number, pull }: PlanForPullRequest,
  inventory: Inventory,
  { labels }: Extract<DeclaredChange, { kind: 'upgrade' }>,
): UpgradeRequest {
  return {
    schema: 1,
    cluster: inventory.cluster,
    talos: inventory.versions.talos,
    declared: true,
    requestedBy: `pull request ${number} of ${repository.name}`,
    requestedAt: new Date().toISOString(),
    commit: pull.branch,
    // As a merge would ask: a label that wants another strategy than slipway.yaml.
    ...(labels.kind === 'disagrees' ? { strategy: labels.asked } : {}),
  };
}

/** The inputs of a plan. */
interface Asked {
  readonly request: UpgradeRequest;
  readonly inventory: Inventory;
  readonly mirror: GitMirror;
  readonly wait: Wait;
}

async function madePlan(
  settings: ActivitySettings,
  step: PlanForPullRequest,
  asked: Asked,
): Promise<MadePlan> {
  const { cluster, upgrade } = asked.inventory;
  const at = new Date().toISOString();
  const observed = await observedPlan(settings, step, asked);
  // Last: Terraform may have taken minutes, and the comment shows what a merge would wait for now.
  const queue = await settings.queueOf(cluster);
  return {
    ...observed,
    at,
    cluster,
    address: addressesIn(asked.inventory.nodes),
    ...(queue ? { queue } : {}),
    ...(upgrade.windows ? { window: windowAt(upgrade.windows, Date.now()) } : {}),
  };
}

/** The plan of this moment. If none can be made, the comment says why, and the next push retries. */
async function observedPlan(
  { credentialsFolder, dialMap, connections }: ActivitySettings,
  { cluster: { folder }, repository }: PlanForPullRequest,
  { request, inventory, mirror, wait }: Asked,
): Promise<Pick<MadePlan, 'planned' | 'terraform'>> {
  const base = path.resolve(credentialsFolder ?? folder);
  const places = [
    { folder: mirror.path, called: repository.name },
    { folder: base },
    { folder: cacheFolder() },
    { folder: os.tmpdir() },
    { folder: os.homedir() },
  ];
  const inPublic = (reason: Reason): Reason => reasonInPublic(reason, places);
  try {
    const access = await openCluster(inventory, { base, dialMap, connections });
    try {
      const asked = { request, only: [], admin: false, newSchematics };
      const sources = await planSources(access, asked, wait.signal);
      const first = planUpgrade(sources);
      const place = { inventory, base, commit: request.commit, mirror: mirror.path };
      const answer = await askTerraform(access, wait, place, first, inPublic);
      if (!answer) return { planned: first };
      const { says: terraform, otherChanges } = answer;
      // Only now is it known what needs approval beside the version.
      return { planned: otherChanges ? planUpgrade({ ...sources, otherChanges }) : first, terraform };
    } finally {
      await access.close();
    }
  } catch (error) {
    if (wait.signal.aborted) throw error;
    const reason =
      error instanceof Refusal ? error.reason : ({ kind: 'unexpected', message: messageOf(error) } as const);
    return { planned: { verdict: 'refused', reasons: [inPublic(reason)] } };
  }
}
