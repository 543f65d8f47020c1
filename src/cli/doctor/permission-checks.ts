import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { listed } from '../../planning/text/phrases.js';
import { projectRoot } from '../../tools/project-root.js';
import type { KubernetesEndpoint } from '../../tools/kubernetes-endpoint.js';
import { NotAsked, needed, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';

/** One thing a user may or may not do in all namespaces, or in one. `*` is everything. */
export interface Permission {
  readonly namespace?: string;
  readonly group: string;
  /** `pods`, or `pods/eviction` for a subresource. */
  readonly resource: string;
  readonly verb: string;
}

const limitMs = 40_000;
const shippedRole = path.join('deploy', 'kubernetes', 'cluster-role.yaml');

/** What Slipway never does. A user who may do any of it has more permissions than the shipped role grants. */
export const tooMuch: readonly (Permission & { readonly words: string })[] = [
  { words: 'do everything (cluster-admin)', group: '*', resource: '*', verb: '*' },
  { words: 'read Secrets', group: '', resource: 'secrets', verb: 'get' },
  { words: 'list Secrets', group: '', resource: 'secrets', verb: 'list' },
  { words: 'delete pods', group: '', resource: 'pods', verb: 'delete' },
  { words: 'create pods', group: '', resource: 'pods', verb: 'create' },
  { words: 'run commands in pods', group: '', resource: 'pods/exec', verb: 'create' },
  { words: 'delete Nodes', group: '', resource: 'nodes', verb: 'delete' },
  { words: 'reach the kubelets', group: '', resource: 'nodes/proxy', verb: 'create' },
  { words: 'change Deployments', group: 'apps', resource: 'deployments', verb: 'patch' },
  { words: 'make tokens of service accounts', group: '', resource: 'serviceaccounts/token', verb: 'create' },
  { words: 'act as other users', group: '', resource: 'users', verb: 'impersonate' },
  {
    words: 'give out roles',
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterrolebindings',
    verb: 'create',
  },
  { words: 'widen roles', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verb: 'escalate' },
];

/** Whether the kubeconfig's user may do what the shipped ClusterRole grants, and what else it may do. Kubernetes decides. */
export function permissionChecks(observed: Looks): Check[] {
  const may = (permission: Permission, signal: AbortSignal): Promise<boolean> =>
    observed.kubernetes().then((kubernetes) => isAllowed(kubernetes, permission, signal));
  return [
    {
      group: 'credentials',
      what: 'kubeconfig, enough',
      limitMs,
      ask: async (signal) => {
        const wanted = await needed(grantedByRole(), `${shippedRole} is not here to compare with`);
        await observed.kubernetes();
        const denied = await filterAsync(wanted, async (one) => !(await may(one, signal)));
        return enoughAnswer(wanted.length, denied);
      },
    },
    {
      group: 'credentials',
      what: 'kubeconfig, too much',
      limitMs,
      ask: async (signal) => {
        await observed.kubernetes();
        const allowed = await filterAsync(tooMuch, (one) => may(one, signal));
        return tooMuchAnswer(allowed.map(({ words }) => words));
      },
    },
  ];
}

export function enoughAnswer(wanted: number, denied: readonly Permission[]): Answer {
  if (denied.length === 0)
    return { verdict: 'ok', says: `It may do all ${wanted} things the shipped ClusterRole grants.` };
  const words = denied.map(
    ({ verb, resource, group }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`,
  );
  return {
    verdict: 'fail',
    says: `It may not ${listed(words)}.`,
    type: [
      `kubectl apply -f ${shippedRole}`,
      'kubectl create clusterrolebinding slipway --clusterrole=slipway --user=USER',
    ],
  };
}

export function tooMuchAnswer(words: readonly string[]): Answer {
  if (words.length === 0)
    return { verdict: 'ok', says: 'It may neither read Secrets nor delete pods wherever it likes.' };
  const [everything] = words;
  const said = everything !== undefined && everything === tooMuch[0]?.words ? [everything] : words;
  return {
    verdict: 'warn',
    says: `It may also ${listed(said)}, which Slipway never does: give it a user of its own with the shipped ClusterRole.`,
    type: [
      `kubectl apply -f ${shippedRole}`,
      'kubectl create clusterrolebinding slipway --clusterrole=slipway --user=slipway',
    ],
  };
}

const roleSchema = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

/** The shipped ClusterRole, one permission each. */
export async function grantedByRole(): Promise<Permission[]> {
  const { rules } = roleSchema.parse(parse(await readFile(path.join(projectRoot, shippedRole), 'utf8')));
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
    ),
  );
}

const reviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Asks Kubernetes whether the kubeconfig's user has a permission. @throws NotAsked where the user may not ask. */
export async function isAllowed(
  kubernetes: KubernetesEndpoint,
  { namespace, group, resource: whole, verb }: Permission,
  signal: AbortSignal,
): Promise<boolean> {
  const [resource, subresource] = whole.split('/');
  const resourceAttributes = {
    group,
    resource,
    verb,
    ...(subresource ? { subresource } : {}),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const { status, body } = await kubernetes.post(reviewPath, review, signal);
  if (status === 403) throw new NotAsked('its user may not ask what it may do: bind it to system:basic-user');
  if (status !== 201) throw new Error(`the API server answered ${status} to the question what it may do`);
  return reviewSchema.parse(JSON.parse(body)).status.allowed;
}

async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}
