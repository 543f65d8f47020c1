import { isDeepStrictEqual } from 'node:util';
import { isNotFound, type ApiClient } from '../kubernetes/api-client.js';

interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly unknown[];
    readonly deletionTimestamp?: string;
  };
  readonly status?: unknown;
}

/** The declared objects of a cluster, by path. */
export type DeclaredObjects = ReadonlyMap<string, ApiObject>;

/** Objects that may reject changes come first: they must be deleted before anything else is restored. */
const KINDS = [
  'admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  'v1/namespaces',
  'v1/resourcequotas',
  'v1/limitranges',
  'policy/v1/poddisruptionbudgets',
  'apps/v1/deployments',
  'apps/v1/statefulsets',
  'apps/v1/daemonsets',
  'apps/v1/replicasets',
  'batch/v1/jobs',
  'batch/v1/cronjobs',
  'v1/services',
  'v1/configmaps',
  'v1/secrets',
  'v1/serviceaccounts',
  'v1/persistentvolumeclaims',
  'v1/persistentvolumes',
  'networking.k8s.io/v1/networkpolicies',
  'autoscaling/v2/horizontalpodautoscalers',
  'rbac.authorization.k8s.io/v1/roles',
  'rbac.authorization.k8s.io/v1/rolebindings',
  'rbac.authorization.k8s.io/v1/clusterroles',
  'rbac.authorization.k8s.io/v1/clusterrolebindings',
  'scheduling.k8s.io/v1/priorityclasses',
  'storage.k8s.io/v1/storageclasses',
  'apiextensions.k8s.io/v1/customresourcedefinitions',
];

/** Kubernetes creates these in every namespace, and further ones in its own when a controller first needs them. */
const MADE_BY_KUBERNETES =
  /\/configmaps\/kube-root-ca\.crt$|\/serviceaccounts\/default$|\/namespaces\/kube-[a-z-]+\/(configmaps|serviceaccounts)\//;

/** A rollout counter, which never decreases. */
const REVISION = 'deployment.kubernetes.io/revision';

/** Reads every declared object; objects that a controller created from another one are not declared. */
export async function declaredObjects(client: ApiClient): Promise<DeclaredObjects> {
  const lists = await Promise.all(
    KINDS.map(async (kind) => {
      const api = kind.startsWith('v1/') ? '/api' : '/apis';
      const { items } = await client.get<{ items: ApiObject[] }>(`${api}/${kind}`);
      return items
        .filter(({ metadata }) => metadata.ownerReferences === undefined)
        .map((item): [string, ApiObject] => [pathOf(`${api}/${kind}`, item), item]);
    }),
  );
  return new Map(lists.flat().filter(([path]) => !MADE_BY_KUBERNETES.test(path)));
}

/** Deletes new objects, and restores changed or deleted ones. */
export async function restoreObjects(client: ApiClient, before: DeclaredObjects): Promise<void> {
  const now = await declaredObjects(client);
  for (const [path] of now)
    if (!before.has(path)) {
      await client.delete(path, { propagationPolicy: 'Background' }).catch(unlessNotFound);
    }
  for (const [path, object] of before) {
    const there = now.get(path);
    const body = withoutServerFields(object);
    if (there === undefined) await client.create(path.slice(0, path.lastIndexOf('/')), body);
    else if (!sameDeclaration(there, object)) {
      const { resourceVersion } = there.metadata; // some kinds cannot be replaced without it
      await client.replace(path, { ...body, metadata: { ...body.metadata, resourceVersion } });
    }
  }
}

/** The paths of objects that differ from before; normally none after `restoreObjects`. */
export async function changedObjects(client: ApiClient, before: DeclaredObjects): Promise<string[]> {
  const now = await declaredObjects(client);
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths].filter((path) => !sameDeclaration(before.get(path), now.get(path)));
}

function pathOf(list: string, { metadata: { namespace, name } }: ApiObject): string {
  if (namespace === undefined) return `${list}/${name}`;
  const kind = list.lastIndexOf('/');
  return `${list.slice(0, kind)}/namespaces/${namespace}${list.slice(kind)}/${name}`;
}

function sameDeclaration(one: ApiObject | undefined, other: ApiObject | undefined): boolean {
  if (one?.metadata.deletionTimestamp !== undefined || other?.metadata.deletionTimestamp !== undefined)
    return false;
  return isDeepStrictEqual(one && withoutServerFields(one), other && withoutServerFields(other));
}

/** Without status, and without metadata that the API server or a controller writes. */
function withoutServerFields({ status: _status, metadata, ...rest }: ApiObject): { metadata: object } {
  const { name, namespace, labels = {}, annotations = {} } = metadata;
  const { [REVISION]: _revision, ...kept } = annotations;
  return { ...rest, metadata: { name, ...(namespace ? { namespace } : {}), labels, annotations: kept } };
}

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
