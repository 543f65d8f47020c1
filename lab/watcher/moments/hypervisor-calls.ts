import type { Evidence, HypervisorRequest, Moment } from '../evidence.js';

/** What a request of Slipway's Terraform does to a VM. */
export interface VmCall {
  readonly request: HypervisorRequest;
  /** Of the VM's name; `VM 8123` where it is none of the lab's. */
  readonly node: string;
  readonly does: 'destroy' | 'make' | 'change';
}

/** In sentences: `destruction of k8s-work-1`. */
export const DESTRUCTION = 'destruction';

/** Requests of Slipway's Terraform that change something, whatever their answers were. */
export function slipwayChangesAtHypervisor({ hypervisor }: Evidence): readonly HypervisorRequest[] {
  if (hypervisor === undefined) return [];
  const { requests, slipway } = hypervisor;
  return requests.filter(({ by, method }) => by === slipway && method !== 'GET');
}

/** Those that are about a VM. */
export function vmCalls(evidence: Evidence): VmCall[] {
  return slipwayChangesAtHypervisor(evidence).flatMap((request) => {
    if (request.vmid === undefined) return [];
    const makes = request.method === 'POST' && request.path === '/vms';
    const does = request.method === 'DELETE' ? 'destroy' : makes ? 'make' : 'change';
    return [{ request, node: nodeOf(evidence, request.vmid), does }];
  });
}

/** Destructions of machines. What is left of a creation that failed is no machine: to clear it away stops nothing. */
export function destructions(evidence: Evidence): VmCall[] {
  const calls = vmCalls(evidence);
  return calls.filter(
    (call, index) =>
      call.does === 'destroy' && !clearsAway(calls.slice(0, index).filter(({ node }) => node === call.node)),
  );
}

/** The last that was done to the VM was a creation that was not answered well. */
function clearsAway(before: readonly VmCall[]): boolean {
  const last = before.findLast(({ does }) => does !== 'change');
  return last?.does === 'make' && !answeredWell(last.request);
}

/** Whether the machine that a node runs on at a moment was made by somebody else than Slipway, after another moment. */
export function madeByOthers({ hypervisor }: Evidence, node: string, after: Moment, until: Moment): boolean {
  const vmid = hypervisor?.vms.find((vm) => vm.node === node)?.vmid;
  const last = hypervisor?.requests.findLast(
    (request) =>
      request.method === 'POST' &&
      request.path === '/vms' &&
      request.vmid === vmid &&
      answeredWell(request) &&
      request.at > after &&
      request.at < until,
  );
  return last !== undefined && last.by !== hypervisor?.slipway;
}

export function answeredWell({ status }: HypervisorRequest): boolean {
  return status !== undefined && status < 400;
}

/** The hypervisor did it, or may have: nobody knows of what was never answered. */
export function mayHaveHappened({ status }: HypervisorRequest): boolean {
  return status === undefined || status < 400;
}

export function endOf({ at, took }: HypervisorRequest): Moment {
  return took === undefined ? Number.POSITIVE_INFINITY : at + took;
}

function nodeOf({ hypervisor }: Evidence, vmid: number): string {
  return hypervisor?.vms.find((vm) => vm.vmid === vmid)?.node ?? `VM ${vmid}`;
}
