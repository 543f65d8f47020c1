import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { isNotFound, type ApiClient } from './api-client.js';
import { kubernetesTime } from './kubelet/kubernetes-time.js';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: object;
  /** Of a `List`. */
  readonly items?: readonly Manifest[];
}

/** Plural names of the kinds in the lab's manifests; `namespaced` ones are below a namespace. */
const KINDS: Record<string, { readonly plural: string; readonly namespaced: boolean }> = {
  Namespace: { plural: 'namespaces', namespaced: false },
  ClusterRole: { plural: 'clusterroles', namespaced: false },
  ClusterRoleBinding: { plural: 'clusterrolebindings', namespaced: false },
  CustomResourceDefinition: { plural: 'customresourcedefinitions', namespaced: false },
  CSIDriver: { plural: 'csidrivers', namespaced: false },
  StorageClass: { plural: 'storageclasses', namespaced: false },
  PersistentVolume: { plural: 'persistentvolumes', namespaced: false },
  PersistentVolumeClaim: { plural: 'persistentvolumeclaims', namespaced: true },
  Service: { plural: 'services', namespaced: true },
  Pod: { plural: 'pods', namespaced: true },
  Deployment: { plural: 'deployments', namespaced: true },
  DaemonSet: { plural: 'daemonsets', namespaced: true },
  StatefulSet: { plural: 'statefulsets', namespaced: true },
  PodDisruptionBudget: { plural: 'poddisruptionbudgets', namespaced: true },
};

/** Kinds whose definitions are in the manifests. Their status is in the manifest: no controller sets it. */
const CUSTOM_KINDS: typeof KINDS = {
  Application: { plural: 'applications', namespaced: true },
  CephCluster: { plural: 'cephclusters', namespaced: true },
  HelmRelease: { plural: 'helmreleases', namespaced: true },
  Kustomization: { plural: 'kustomizations', namespaced: true },
  NetworkAttachmentDefinition: { plural: 'network-attachment-definitions', namespaced: true },
  ReplicationSource: { plural: 'replicationsources', namespaced: true },
};

/** A new kind is available some time after its definition was accepted, and Kubernetes' own namespaces some time after its start. */
const THERE = { everyMs: 50, times: 200 };

/**
 * Applies every object of the files, in their order, server-side: existing ones are updated.
 *
 * @param values the values of `{{name}}` in a file; `{{hours-ago:2}}` is always known
 */
export async function applyFiles(
  client: ApiClient,
  files: readonly string[],
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  const manifests = files.flatMap((file) =>
    parseAllDocuments(filledIn(readFileSync(file, 'utf8'), values, file)).map(
      (document) => document.toJS() as Manifest | null,
    ),
  );
  for (const manifest of manifests.flatMap((one) => one?.items ?? one ?? []))
    await applyManifest(client, manifest);
}

/** Applies one object server-side; of a custom kind its status too. */
export async function applyManifest(client: ApiClient, manifest: Manifest): Promise<void> {
  await applyTo(client, manifestPath(manifest), manifest, THERE.times);
  const { apiVersion, kind, metadata, status } = manifest;
  if (!Object.hasOwn(CUSTOM_KINDS, kind) || status === undefined) return;
  const part = { apiVersion, kind, metadata, status };
  await applyTo(client, `${manifestPath(manifest)}/status`, part, 1).catch((error: unknown) => {
    if (!isNotFound(error)) throw error; // A kind without a status subresource already accepted it with the rest.
  });
}

async function applyTo(client: ApiClient, path: string, body: object, times: number): Promise<void> {
  for (let left = times; ; left -= 1) {
    try {
      await client.patch(`${path}?fieldManager=slipway-lab&force=true`, body, 'apply');
      return;
    } catch (error) {
      if (left <= 1 || !isNotFound(error)) throw error;
      await sleep(THERE.everyMs);
    }
  }
}

/** The path of an object: `/apis/apps/v1/namespaces/default/deployments/web`. */
export function manifestPath(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  const known = KINDS[kind] ?? CUSTOM_KINDS[kind];
  if (!known)
    throw new Error(
      `The lab cannot apply a ${kind} (${metadata.name}): use kubectl with the admin kubeconfig.`,
    );
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const place = known.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${group}${place}/${known.plural}/${metadata.name}`;
}

/** `{{kubernetes}}` → `v1.35.0`, `{{hours-ago:2}}` → that time. Throws with the names that have no value. */
function filledIn(text: string, values: Readonly<Record<string, string>>, file: string): string {
  return text.replaceAll(/\{\{([a-z-]+)(?::(\d+))?\}\}/g, (_all, name: string, count?: string) => {
    if (name === 'hours-ago') return kubernetesTime(new Date(Date.now() - Number(count) * 3_600_000));
    const value = values[name];
    if (value === undefined) throw new Error(`${file} says {{${name}}}, and the lab has no value for it.`);
    return value;
  });
}
