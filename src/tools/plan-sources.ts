import { createHash } from 'node:crypto';
import type { Inventory } from '../inventory/schema.js';
import type { Answer, ClusterObservation } from '../planning/node/observation.js';
import type { UpgradeRequest } from '../planning/plan/plan.js';
import type { PlanInput, SchematicContents } from '../planning/plan/plan-input.js';
import type { ClusterAccess } from './cluster-access.js';
import { factoryVersions, schematicContents } from './image-factory.js';
import { observeCluster } from './observe-cluster.js';
import { unfinishedNode, withStanding } from './machine-standing.js';

/** The scope of a plan. */
export interface PlanAsked {
  readonly request: UpgradeRequest;
  /** Only these nodes; empty: all. */
  readonly only: readonly string[];
  /** Whether the admin certificate is checked, too: a plan alone does not need it. */
  readonly admin: boolean;
  /** For planning only: the schematics that the inventory declares for nodes that run another one. */
  readonly newSchematics: (inventory: Inventory, observation: ClusterObservation) => readonly string[];
}

/** Observes everything a plan is made of. The run and the command line both plan from this, so that their plans agree. */
export async function planSources(
  access: ClusterAccess,
  { request, only, admin, newSchematics }: PlanAsked,
  signal?: AbortSignal,
): Promise<PlanInput> {
  const { inventory, dialMap } = access;
  const avoid = await unfinishedNode(access);
  const [observation, availableVersions, certificates] = await Promise.all([
    observeCluster(access, { ...(avoid === undefined ? {} : { avoid }), ...(signal ? { signal } : {}) }),
    factoryVersions(inventory.image.factory, dialMap),
    access.certificates({ admin }),
  ]);
  const others = newSchematics(inventory, observation);
  return {
    request,
    inventory,
    observation: await withStanding(access, observation, signal),
    availableVersions,
    certificates,
    only,
    ...(others.length > 0 ? { schematics: await contentsOf(access, others) } : {}),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    now: observation.observedAt,
  };
}

async function contentsOf(
  { inventory, dialMap }: ClusterAccess,
  ids: readonly string[],
): Promise<Answer<SchematicContents>> {
  const answers = await Promise.all(
    ids.map(async (id) => [id, await schematicContents(inventory.image.factory, id, dialMap)] as const),
  );
  const silent = answers.find(([, answer]) => answer.kind === 'unreachable')?.[1];
  if (silent?.kind === 'unreachable') return silent;
  return {
    kind: 'answered',
    value: Object.fromEntries(
      answers.map(([id, answer]) => [id, answer.kind === 'answered' ? answer.value : null]),
    ),
  };
}
