import type { Planned, UpgradePlan } from '../planning/plan/plan.js';
import { newSchematics } from '../planning/versions/schematic-change.js';
import { planUpgrade as plan } from '../planning/plan/upgrade-plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { planSources } from '../tools/plan-sources.js';
import { toolPath } from '../tools/tool-path.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { surveyMachines } from './survey-machines.js';
import { tryPatches } from './try-patches.js';

/** Observes the cluster and makes the run's plan, with the function that `slipway plan` prints. Recorded, it does not change. */
export async function planUpgrade(settings: ActivitySettings, reference: RunReference): Promise<Planned> {
  const { request, only } = await settings.inputOf(reference.cluster, reference.run);
  const { cluster, run } = reference;
  return inCluster(
    settings,
    reference,
    'the cluster is observed and the plan is made',
    async (access, wait) => {
      // The children of a terminated queue or run still work; its hold may be released long before they end.
      const other = (await settings.openWork(cluster)).find((work) => work.run !== run);
      if (other)
        return {
          verdict: 'refused',
          reasons: [{ kind: 'run-open', cluster, run: other.run, target: other.target }],
        };
      const sources = await planSources(access, { request, only, admin: true, newSchematics }, wait.signal);
      const first = plan(sources);
      if (first.verdict !== 'planned') return first;
      await clientsAreHere(access, first.plan);
      // What needs approval is known only after Terraform's plan.
      const otherChanges = await surveyMachines(settings, access, wait, reference, first.plan);
      const planned = otherChanges ? plan({ ...sources, otherChanges }) : first;
      if (planned.verdict !== 'planned') return planned;
      const reasons = await tryPatches(settings, access, reference, planned.plan, wait.signal);
      return reasons.length > 0 ? { verdict: 'refused', reasons } : planned;
    },
  );
}

/**
 * Finds the talosctl of each minor to be changed, and of each that replaced machines will run, before anything is touched.
 * @throws Refusal `tool-missing`
 */
async function clientsAreHere(access: ClusterAccess, { hops, terraform }: UpgradePlan): Promise<void> {
  const versions = hops.flatMap(({ to, nodes }) =>
    nodes
      .filter((node) => !node.skip || node.patches)
      .flatMap((node) => (node.replacement || node.patches ? [node.from, to] : [node.from])),
  );
  for (const version of new Set(versions)) await access.talosctlAdmin(version);
  if (terraform) await toolPath(terraform.tool, terraform.version);
}
