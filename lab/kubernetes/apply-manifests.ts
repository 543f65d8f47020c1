import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { ApiClient } from './api-client.js';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Plural names of the kinds the lab's manifests use; `namespaced` ones live below a namespace. */
const KINDS: Record<string, { readonly plural: string; readonly namespaced: boolean }> = {
  Namespace: { plural: 'namespaces', namespaced: false },
  ClusterRole: { plural: 'clusterroles', namespaced: false },
  ClusterRoleBinding: { plural: 'clusterrolebindings', namespaced: false },
  Service: { plural: 'services', namespaced: true },
  Pod: { plural: 'pods', namespaced: true },
  Deployment: { plural: 'deployments', namespaced: true },
  DaemonSet: { plural: 'daemonsets', namespaced: true },
  StatefulSet: { plural: 'statefulsets', namespaced: true },
  PodDisruptionBudget: { plural: 'poddisruptionbudgets', namespaced: true },
};

/** Applies every object of the files, in their order, server-side: what is there already is made to fit. */
export async function applyFiles(client: ApiClient, files: readonly string[]): Promise<void> {
  const manifests = files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Manifest | null),
  );
  for (const manifest of manifests) if (manifest !== null) await applyManifest(client, manifest);
}

/** Applies one object server-side. */
export async function applyManifest(client: ApiClient, manifest: Manifest): Promise<void> {
  await client.patch(`${manifestPath(manifest)}?fieldManager=slipway-lab&force=true`, manifest, 'apply');
}

/** Where an object lives: `/apis/apps/v1/namespaces/default/deployments/web`. */
export function manifestPath(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  const known = KINDS[kind];
  if (!known)
    throw new Error(
      `The lab cannot apply a ${kind} (${metadata.name}): use kubectl with the admin kubeconfig.`,
    );
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const place = known.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${group}${place}/${known.plural}/${metadata.name}`;
}
