import type { InventoryNode } from '../../inventory/schema.js';
import { span } from '../../planning/text/phrases.js';
import { whyNot } from '../../tools/observe-cluster.js';
import { messageOf } from '../../tools/refusal.js';
import { certificateTrouble } from '../../tools/talos-api/certificate-trouble.js';
import { NotAsked, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';

const endpointMs = 8_000;
const nodesMs = 60_000;
/** In a large cluster the requests to the nodes queue behind each other. */
const perNodeMs = 500;

/** Checks each endpoint separately: each control plane's own addresses, and every node through the other control planes. Never the VIP. */
export function endpointChecks(observed: Looks): Check[] {
  const { inventory, controlPlanes } = observed;
  return [
    ...controlPlanes.map((node): Check => ({
      group: 'endpoints',
      what: `${node.name}, Talos API`,
      limitMs: endpointMs,
      ask: async () => talosAnswer(node, observed),
    })),
    ...controlPlanes.map((node): Check => ({
      group: 'endpoints',
      what: `${node.name}, Kubernetes API`,
      limitMs: endpointMs,
      ask: async () => kubernetesAnswer(node, observed),
    })),
    ...inventory.nodes.map((node): Check => ({
      group: 'endpoints',
      what: `${node.name}, node`,
      limitMs: nodesMs + perNodeMs * inventory.nodes.length,
      ask: async () => nodeAnswer(node, observed),
    })),
    {
      group: 'endpoints',
      what: 'VIP',
      limitMs: endpointMs,
      ask: async () => vipAnswer(inventory.vip),
    },
  ];
}

async function talosAnswer({ name, address }: InventoryNode, observed: Looks): Promise<Answer> {
  try {
    const tookMs = await observed.talosEndpoint(name);
    return {
      verdict: 'ok',
      says: `${address}:50000 answers the reader's certificate in ${span(tookMs)}.`,
      tookMs,
    };
  } catch (error) {
    if (error instanceof NotAsked) throw error;
    return {
      verdict: 'fail',
      says: `${address}:50000 does not answer: ${talosTrouble(error)}.`,
      type: [`talosctl -e ${address} -n ${address} version  # with the reader's talosconfig`],
    };
  }
}

async function kubernetesAnswer({ name, address }: InventoryNode, observed: Looks): Promise<Answer> {
  try {
    const { status, body, tookMs } = await observed.kubernetesEndpoint(name);
    const where = `${address}:6443`;
    if (status === 401)
      return {
        verdict: 'fail',
        says: `${where} does not accept the kubeconfig.`,
        type: ['kubectl auth whoami'],
      };
    if (status >= 500) {
      const unready = body.split('\n').find((line) => line.startsWith('[-]')) ?? `it answered ${status}`;
      return {
        verdict: 'fail',
        says: `${where} is not ready: ${unready}.`,
        type: ['kubectl get --raw /readyz?verbose'],
      };
    }
    return { verdict: 'ok', says: `${where} answers in ${span(tookMs)}.`, tookMs };
  } catch (error) {
    if (error instanceof NotAsked) throw error;
    return {
      verdict: 'fail',
      says: `${address}:6443 does not answer: ${networkTrouble(error)}.`,
      type: [`kubectl --server https://${address}:6443 get --raw /readyz`],
    };
  }
}

async function nodeAnswer({ name, address }: InventoryNode, observed: Looks): Promise<Answer> {
  try {
    const { version, through, tookMs } = await observed.talosVersion(name);
    return {
      verdict: 'ok',
      says: `${address} runs Talos ${version}, asked through ${through} in ${span(tookMs)}.`,
      tookMs,
    };
  } catch (error) {
    if (error instanceof NotAsked) throw error;
    return {
      verdict: 'fail',
      says: `${address} does not answer: ${whyNot(error)}.`,
      type: [
        `talosctl -e ${observed.controlPlanes.find((other) => other.name !== name)?.address ?? address} -n ${address} version`,
      ],
    };
  }
}

function vipAnswer(vip: string | undefined): Answer {
  return vip === undefined
    ? { verdict: 'not-asked', says: 'slipway.yaml names none.' }
    : { verdict: 'ok', says: `${vip} is never used: it may move in the middle of a request.` };
}

/** TLS errors that usually mean an expired or wrong talosconfig. */
function talosTrouble(error: unknown): string {
  const why = certificateTrouble(messageOf(error));
  if (why?.startsWith('x509: certificate signed'))
    return `its certificate is not of the talosconfig's CA (${why}): the talosconfig is of another cluster`;
  if (why?.startsWith('tls:')) return `it does not accept the reader's certificate (${why})`;
  return why ?? networkTrouble(error);
}

function networkTrouble(error: unknown): string {
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { code, message } =
    cause instanceof Error
      ? (cause as NodeJS.ErrnoException)
      : (new Error(String(cause)) as NodeJS.ErrnoException);
  if (cause instanceof Error && ['AbortError', 'TimeoutError'].includes(cause.name))
    return 'no answer in time';
  const known = code !== undefined ? words[code] : undefined;
  return known ?? message.replaceAll(/\s+/g, ' ').slice(0, 160);
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  EHOSTUNREACH: 'there is no way to it (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way to its network (ENETUNREACH)',
  ETIMEDOUT: 'no answer in time (ETIMEDOUT)',
  ECONNRESET: 'it broke the connection (ECONNRESET)',
};
