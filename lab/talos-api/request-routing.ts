import { status, type Metadata } from '@grpc/grpc-js';
import type { Machine } from '../machines/machine.js';
import { hasLifecycleService } from '../machines/talos-services.js';
import { serviceOf } from './offered-services.js';
import { TalosError } from './talos-error.js';

/** Services whose answers Talos 1.13 merges. */
const MERGED = new Set([
  'machine.MachineService',
  'cluster.ClusterService',
  'inspect.InspectService',
  'storage.StorageService',
  'time.TimeService',
]);

/** Where the dialled machine forwards a request. */
export type Route =
  | { readonly to: 'itself' }
  /** One machine, its answer untouched. */
  | { readonly to: 'one'; readonly target: string }
  /** Several machines (or one), their answers merged and each named. */
  | { readonly to: 'many'; readonly targets: readonly string[] };

/**
 * Routes as Talos' proxy does: `nodes` merges, `node` passes through, neither means the machine itself. Throws a TalosError where Talos
 * rejects: not every service's answers can be merged, and a worker forwards nothing.
 */
export function routeOf(metadata: Metadata, path: string, dialled: Machine): Route {
  if (metadata.get('proxyfrom').length > 0) return { to: 'itself' };
  const node = values(metadata, 'node');
  const nodes = values(metadata, 'nodes');
  if (node.length > 1) throw new TalosError(status.INVALID_ARGUMENT, 'node metadata must be single-valued');
  if (dialled.role === 'worker') return routeOnWorker(dialled, node, nodes);
  if (nodes.length > 0) {
    checkMerging(dialled.version, path);
    for (const target of nodes) checkTarget(target);
    return { to: 'many', targets: nodes };
  }
  if (node[0] === undefined) return { to: 'itself' };
  checkTarget(node[0]);
  return { to: 'one', target: node[0] };
}

/** Whether a target of a request is this machine: by its true address, or its address in the lab. */
export function isTarget({ definition }: Machine, target: string): boolean {
  return definition.address === target || definition.loopback === target;
}

/**
 * In maintenance mode a request is never forwarded. Up to 1.12 its target is ignored; talosctl sends an empty name when it was given none.
 */
export function checkMaintenanceRoute(metadata: Metadata, machine: Machine): void {
  if (!hasLifecycleService(machine.version)) return;
  const targets = [...values(metadata, 'nodes'), ...values(metadata, 'node')];
  if (targets.some((target) => target !== '' && !isTarget(machine, target)))
    throw new TalosError(status.PERMISSION_DENIED, 'no request forwarding');
}

/** A worker has no certificate authority, so it can connect to no other machine. */
function routeOnWorker(dialled: Machine, node: readonly string[], nodes: readonly string[]): Route {
  const targets = nodes.length > 0 ? nodes : node;
  const [only] = targets;
  if (only === undefined || (targets.length === 1 && isTarget(dialled, only))) return { to: 'itself' };
  throw new TalosError(status.PERMISSION_DENIED, 'no request forwarding');
}

/** Talos 1.12 rejects only resources; 1.13 rejects every call that it does not know to be mergeable. */
function checkMerging(version: string, path: string): void {
  const strict = hasLifecycleService(version);
  if (strict ? MERGED.has(serviceOf(path)) : !path.startsWith('/cosi.')) return;
  const what = strict ? `method ${path}` : 'COSI methods';
  throw new TalosError(status.INVALID_ARGUMENT, `one-2-many proxying is not supported for ${what}`);
}

function checkTarget(target: string): void {
  if (target === '' || target.includes(':'))
    throw new TalosError(status.INTERNAL, `invalid target "${target}"`);
}

/** Values of a header that was sent several times; Node joins them with commas. */
function values(metadata: Metadata, key: string): string[] {
  return metadata.get(key).flatMap((value) => String(value).split(', '));
}
