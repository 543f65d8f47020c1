import type { Evidence, TalosRequest } from '../evidence.js';

/** The effect of a Talos call on a machine. */
export interface CallEffect {
  /** In sentences: `Upgrade of k8s-work-1`. */
  readonly called: string;
  /** Writes a boot slot, and makes it the next to boot. */
  readonly installs?: true;
  /** Stops the machine, for a reboot or permanently. */
  readonly stops?: true;
  /** Removes an etcd member. */
  readonly removesMember?: true;
}

/**
 * Calls with a lasting effect on a machine. The upgrade of Talos up to 1.12 installs and reboots; that of LifecycleService, since 1.13,
 * installs and stops nothing.
 */
const EFFECTS: Readonly<Record<string, CallEffect>> = {
  'MachineService/Upgrade': { called: 'Upgrade', installs: true, stops: true },
  'LifecycleService/Upgrade': { called: 'install', installs: true },
  'LifecycleService/Install': { called: 'first install', installs: true },
  'MachineService/Reboot': { called: 'Reboot', stops: true },
  'MachineService/Rollback': { called: 'Rollback', stops: true },
  'MachineService/Shutdown': { called: 'Shutdown', stops: true },
  'MachineService/Reset': { called: 'Reset', stops: true },
  'MachineService/EtcdRemoveMember': { called: 'EtcdRemoveMember', removesMember: true },
  'MachineService/EtcdRemoveMemberByID': { called: 'EtcdRemoveMemberByID', removesMember: true },
  'MachineService/EtcdLeaveCluster': { called: 'EtcdLeaveCluster', removesMember: true },
};

/** Calls that pull an image. */
const PULLS = new Set(['MachineService/ImagePull', 'ImageService/Pull']);

/** The field of each call with its image. */
const IMAGE_FIELDS = ['image', 'image_name', 'source.image_name', 'reference', 'image_ref'] as const;

/** gRPC: this Talos has no such call. */
const UNIMPLEMENTED = 12;

/** A request that changes a machine, and its effect. */
export interface Destructive extends CallEffect {
  readonly request: TalosRequest;
  /** The affected machine. The removal of a dead machine's member is sent to another member. */
  readonly node: string;
}

/**
 * Requests with a lasting effect on a machine, whatever their answers were: an answer can be lost. A missing LifecycleService does not
 * count: talosctl tries it, and falls back to the legacy call.
 */
export function destructiveRequests(evidence: Evidence): Destructive[] {
  return evidence.requests.flatMap((request) => {
    const effect = EFFECTS[callOf(request)];
    const absent = request.service === 'LifecycleService' && request.code === UNIMPLEMENTED;
    if (effect === undefined || absent) return [];
    return [{ ...effect, request, node: removedMember(evidence, request) ?? request.node }];
  });
}

/** The machine whose member a request removes by its id; undefined: the request is for its own machine. */
function removedMember({ etcd }: Evidence, { args, at }: TalosRequest): string | undefined {
  const id = args['member_id'];
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const named = etcd.filter((round) => round.at <= at).flatMap(({ members }) => members ?? []);
  const name = named.findLast((member) => member.id === String(id))?.name;
  return name === '' ? undefined : name;
}

/** Requests that disrupt: they stop the machine, or remove its etcd member. */
export function disruptingRequests(evidence: Evidence): Destructive[] {
  return destructiveRequests(evidence).filter(({ stops, removesMember }) => stops === true || removesMember);
}

/** Those that install. */
export function installRequests(evidence: Evidence): Destructive[] {
  return destructiveRequests(evidence).filter(({ installs }) => installs === true);
}

/** Requests for an image to be pulled. */
export function pullRequests({ requests }: Evidence): TalosRequest[] {
  return requests.filter((request) => PULLS.has(callOf(request)));
}

/** The image of a request; where the request does not contain it, the one that the machine then began to install. Undefined: unknown. */
export function imageOf({ machineEvents }: Evidence, request: TalosRequest): string | undefined {
  for (const field of IMAGE_FIELDS) {
    const value = request.args[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  const { at, took, node } = request;
  return machineEvents.find(
    (one) =>
      one.machine === node && one.event === 'install-started' && one.at >= at && one.at <= at + took + 500,
  )?.detail;
}

/** `LifecycleService/Upgrade` */
export function callOf({ service, method }: TalosRequest): string {
  return `${service}/${method}`;
}
