import {
  ApiException,
  CoreV1Api,
  PatchStrategy,
  PolicyV1Api,
  createConfiguration,
  ServerConfiguration,
  setHeaderOptions,
  type V1Node,
  type V1Pod,
  type KubeConfig,
  type V1PodDisruptionBudget,
} from '@kubernetes/client-node';
import { loadKubeconfig } from './credential-kubeconfig.js';
import { KubernetesAgents } from './kubernetes-agents.js';
import { kubernetesHttp } from './kubernetes-http.js';
import { statusMessage } from './kubernetes-status.js';
import { ownPods, type OwnPods } from './own-pods.js';
import { Refusal, messageOf } from './refusal.js';

/** One endpoint of the Kubernetes API: a control plane's own address, never the VIP. */
export interface ApiEndpoint {
  /** The control plane's name. */
  readonly node: string;
  /** `https://10.20.67.1:6443` */
  readonly server: string;
}

export interface JsonPatchOperation {
  readonly op: 'test' | 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** How one call is sent. */
export interface ApiCall {
  /** The node that is being disrupted: it is not used as an endpoint (I16). */
  readonly avoid?: string;
  readonly timeoutMs?: number;
}

/** The field manager that the API server records for the written fields. */
interface Writer {
  readonly fieldManager: string;
}

/** The Kubernetes API, the part Slipway uses. */
export interface KubernetesApi {
  /** The endpoints in the order they are tried. */
  endpoints(avoid?: string): readonly ApiEndpoint[];
  listNodes(call?: ApiCall): Promise<V1Node[]>;
  /** The Node object; undefined when there is none. */
  readNode(name: string, call?: ApiCall): Promise<V1Node | undefined>;
  /** @throws PatchRefused when a `test` of the patch failed: the Node changed in between. */
  patchNode(name: string, patch: readonly JsonPatchOperation[], call: ApiCall & Writer): Promise<V1Node>;
  listPods(call?: ApiCall & { readonly node?: string }): Promise<V1Pod[]>;
  listBudgets(call?: ApiCall): Promise<V1PodDisruptionBudget[]>;
  /** Slipway's own pods, in one namespace. */
  readonly ownPods: OwnPods;
  /** Closes the connections that are not shared. */
  close(): void;
}

/** A `test` operation of a JSON patch did not hold. */
export class PatchRefused extends Error {
  override readonly name = 'PatchRefused';
}

const callMs = 10_000;
/** Pods per page; the API server pages large clusters. */
const pageSize = 500;

/**
 * @param kubeconfig the kubeconfig's text. Its current context gives CA and client credentials; its server is not used.
 * @param shared shared connections, which stay open; default: its own.
 */
export function kubernetesApi(
  kubeconfig: string,
  endpoints: readonly ApiEndpoint[],
  shared?: KubernetesAgents,
): KubernetesApi {
  const agents = shared ?? new KubernetesAgents();
  const config = loadKubeconfig(kubeconfig);
  const clients = new Map(endpoints.map((endpoint) => [endpoint.node, clientFor(config, endpoint, agents)]));
  const order = [...endpoints];

  async function call<T>(options: ApiCall, send: (client: Client) => Promise<T>): Promise<T> {
    const tried = order.filter((endpoint) => endpoint.node !== options.avoid || order.length === 1);
    const failures: string[] = [];
    for (const endpoint of tried) {
      const client = clients.get(endpoint.node);
      if (!client) continue;
      client.timeoutMs = options.timeoutMs ?? callMs;
      try {
        return await send(client);
      } catch (error) {
        if (error instanceof ApiException) throw readable(error, endpoint);
        failures.push(`${endpoint.server}: ${messageOf(error, 120)}`);
        preferLess(order, endpoint);
      }
    }
    throw new Refusal({
      kind: 'kubernetes-unreachable',
      endpoints: tried.map((endpoint) => endpoint.server),
      why: failures.join('; '),
    });
  }

  return {
    endpoints: (avoid) => order.filter((endpoint) => endpoint.node !== avoid || order.length === 1),
    listNodes: (options = {}) => call(options, async (client) => (await client.core.listNode()).items),
    readNode: (name, options = {}) =>
      call(options, async (client) => {
        try {
          return await client.core.readNode({ name });
        } catch (error) {
          if (error instanceof ApiException && error.code === 404) return undefined;
          throw error;
        }
      }),
    patchNode: (name, patch, options) =>
      call(options, (client) =>
        client.core.patchNode(
          { name, body: patch, fieldManager: options.fieldManager },
          setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
        ),
      ),
    listPods: (options = {}) =>
      call(options, (client) =>
        allPages(async (after) =>
          client.core.listPodForAllNamespaces({
            limit: pageSize,
            ...(after ? { _continue: after } : {}),
            ...(options.node ? { fieldSelector: `spec.nodeName=${options.node}` } : {}),
          }),
        ),
      ),
    listBudgets: (options = {}) =>
      call(options, async (client) => (await client.policy.listPodDisruptionBudgetForAllNamespaces()).items),
    ownPods: ownPods((options, send) => call(options, ({ core }) => send(core))),
    close: () => {
      if (!shared) agents.close();
    },
  };
}

interface Client {
  readonly core: CoreV1Api;
  readonly policy: PolicyV1Api;
  timeoutMs: number;
}

function clientFor(config: KubeConfig, endpoint: ApiEndpoint, agents: KubernetesAgents): Client {
  const current = config.getCurrentCluster();
  if (!current) {
    throw new Refusal({
      kind: 'credential-unreadable',
      which: 'kubeconfig',
      reference: 'its current context',
      why: 'it names no cluster',
    });
  }
  const limits = { timeoutMs: callMs };
  const settings = createConfiguration({
    baseServer: new ServerConfiguration(endpoint.server, {}),
    authMethods: { default: config },
    httpApi: kubernetesHttp(agents),
    promiseMiddleware: [
      {
        pre: async (context) => {
          context.setSignal(AbortSignal.timeout(limits.timeoutMs));
          return context;
        },
        post: async (context) => context,
      },
    ],
  });
  const core = new CoreV1Api(settings);
  const policy = new PolicyV1Api(settings);
  return Object.assign(limits, { core, policy });
}

/** Moves an endpoint that failed to the end of the order. */
function preferLess(order: ApiEndpoint[], endpoint: ApiEndpoint): void {
  const at = order.indexOf(endpoint);
  if (at >= 0) order.push(...order.splice(at, 1));
}

function readable(error: ApiException<unknown>, endpoint: ApiEndpoint): Error {
  const said = statusMessage(error.body);
  if (error.code === 401 || error.code === 403) {
    return new Refusal({
      kind: 'credential-rejected',
      which: 'kubeconfig',
      endpoint: endpoint.server,
      why: said,
    });
  }
  // 422 with "the server rejected our request" or "testing value … failed": a JSON patch whose test did not hold.
  if (error.code === 422 || error.code === 409) return new PatchRefused(said);
  return new Error(`the Kubernetes API at ${endpoint.server} answered ${error.code}: ${said}`, {
    cause: error,
  });
}

async function allPages<T>(
  page: (after: string | undefined) => Promise<{ items: T[]; metadata?: { _continue?: string } }>,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const answer = await page(after);
    items.push(...answer.items);
    after = answer.metadata?._continue;
  } while (after);
  return items;
}
