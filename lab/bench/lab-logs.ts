import { readFile } from 'node:fs/promises';
import type { LabDescription } from '../lab-description.js';
import type { MachineLogLine } from '../machines/machine-log.js';
import type { RequestLogLine } from '../talos-api/request-log.js';
import type { TerraformStart } from './terraform-starts.js';

/** A request to a machine's Talos API. */
export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly endedAt: number;
  /** The target machine: its name, or its address where it could not be reached. */
  readonly node: string;
  /** Without the service: `EtcdStatus`, `Upgrade`; of a resource with its type: `List Versions.runtime.talos.dev`. */
  readonly method: string;
  /** With the service: two have a method `Upgrade`. */
  readonly fullMethod: string;
  /** The client's user agent. */
  readonly client: string;
  readonly code: number;
}

/** An event of a machine. */
export interface LoggedMoment {
  readonly at: number;
  readonly machine: string;
  readonly event: MachineLogLine['event'];
}

/** The eviction of a pod, or its end. */
export interface PodLeft {
  readonly at: number;
  readonly what: 'eviction-asked' | 'gone';
  /** The node whose kubelet reported the end; empty for an eviction. */
  readonly node: string;
}

/** The lab's logs of one upgrade; each list in the order of time. */
export interface LabLogs {
  readonly requests: readonly LoggedRequest[];
  readonly machines: readonly LoggedMoment[];
  readonly pods: readonly PodLeft[];
  /** Of the worker's Terraform only. */
  readonly terraform: readonly TerraformStart[];
}

/** The user of the kubeconfig Slipway has in the lab. */
const slipwayUser = 'slipway';
const kubeletUser = 'system:node:';

/** A line of the API server's audit log: the fields read here. */
interface AuditLine {
  readonly verb?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly requestReceivedTimestamp?: string;
  readonly responseStatus?: { readonly code?: number };
}

/** Reads the lab's current logs. */
export async function readLabLogs(
  { logs }: Pick<LabDescription, 'logs'>,
  terraform: readonly TerraformStart[],
): Promise<LabLogs> {
  const [requests, machines, audit] = await Promise.all([
    linesOf<RequestLogLine>(logs.requests),
    linesOf<MachineLogLine>(logs.machines),
    linesOf<AuditLine>(logs.audit),
  ]);
  return {
    requests: inOrder(requests.map(requestOf)),
    machines: inOrder(machines.map(({ time, machine, event }) => ({ at: Date.parse(time), machine, event }))),
    pods: inOrder(audit.flatMap(podLeft)),
    terraform,
  };
}

/** A line of `requests.jsonl`. */
export function requestOf(line: RequestLogLine): LoggedRequest {
  const at = Date.parse(line.time);
  const name = line.method.slice(line.method.lastIndexOf('/') + 1);
  const { type } = line.args;
  const method = typeof type === 'string' ? `${name} ${type}` : name;
  const { node, code, client, method: fullMethod } = line;
  return { at, endedAt: at + line.durationMs, node, method, fullMethod, client, code };
}

function podLeft(line: AuditLine): PodLeft[] {
  const { resource, subresource } = line.objectRef ?? {};
  const at = Date.parse(line.requestReceivedTimestamp ?? '');
  const user = line.user?.username ?? '';
  if (resource !== 'pods' || (line.responseStatus?.code ?? 0) >= 500) return [];
  if (subresource === 'eviction' && user === slipwayUser) return [{ at, what: 'eviction-asked', node: '' }];
  if (subresource === undefined && line.verb === 'delete' && user.startsWith(kubeletUser))
    return [{ at, what: 'gone', node: user.slice(kubeletUser.length) }];
  return [];
}

async function linesOf<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

function inOrder<T extends { readonly at: number }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => a.at - b.at);
}
