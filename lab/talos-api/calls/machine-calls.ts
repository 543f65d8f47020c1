import { status } from '@grpc/grpc-js';
import { formatKernelLogLine, type KernelLogLine } from '../../machines/kernel-log.js';
import type { Service } from '../../machines/service-table.js';
import { queueOf } from '../async-queue.js';
import type { TalosCall } from '../talos-call.js';
import { TalosError } from '../talos-error.js';

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

export async function version({ machine }: TalosCall): Promise<object> {
  const about = {
    tag: machine.version,
    sha: 'slipway-lab',
    built: '',
    go_version: 'go1.25.5',
    os: 'linux',
    arch: 'amd64',
  };
  const platform = { name: 'nocloud', mode: 'cloud' };
  return { messages: [{ version: about, platform, features: { rbac: true } }] };
}

/** Talos' own disk is the only one. */
export async function disks(): Promise<object> {
  const disk = { size: '107374182400', model: 'QEMU HARDDISK', device_name: '/dev/sda', system_disk: true };
  return { messages: [{ disks: [disk] }] };
}

export async function serviceList({ machine }: TalosCall): Promise<object> {
  return { messages: [{ services: machine.services.list().map(serviceInfo) }] };
}

function serviceInfo(service: Service): object {
  return {
    id: service.id,
    state: service.state,
    events: {
      events: service.history.map(({ message, state, at }) => ({ msg: message, state, ts: timestamp(at) })),
    },
    health: serviceHealth(service),
  };
}

function serviceHealth({ health, message, changedAt }: Service): object {
  return {
    unknown: health === 'unknown',
    healthy: health === 'healthy',
    last_message: message,
    last_change: timestamp(changedAt),
  };
}

/** A moment as protobuf has it. */
export function timestamp(at: Date): { seconds: string; nanos: number } {
  const milliseconds = at.getTime();
  return { seconds: String(Math.floor(milliseconds / 1_000)), nanos: (milliseconds % 1_000) * 1_000_000 };
}

export async function* dmesg({
  machine,
  request,
  signal,
}: TalosCall<{ follow?: boolean; tail?: boolean }>): AsyncIterable<object> {
  const data = (line: KernelLogLine): object => ({ bytes: Buffer.from(formatKernelLogLine(line)) });
  if (request.tail !== true) for (const line of machine.dmesg.lines()) yield data(line);
  if (request.follow !== true) return;
  for await (const line of queueOf<KernelLogLine>(signal, (push) => machine.dmesg.follow(push)))
    yield data(line);
}

/** The only file a simulated machine has is its boot id. */
export async function* read({ machine, request }: TalosCall<{ path?: string }>): AsyncIterable<object> {
  const path = request.path ?? '';
  if (path !== BOOT_ID_FILE)
    throw new TalosError(status.NOT_FOUND, `stat ${path}: no such file or directory`);
  yield { bytes: Buffer.from(`${machine.bootId}\n`) };
}
