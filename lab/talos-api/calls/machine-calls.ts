import { status } from '@grpc/grpc-js';
import { formatKernelLogLine, type KernelLogLine } from '../../machines/kernel-log.js';
import type { RebootMode } from '../../machines/machine.js';
import type { Service } from '../../machines/service-table.js';
import { queueOf } from '../async-queue.js';
import type { TalosCall } from '../talos-call.js';
import { TalosError, brokenOff } from '../talos-error.js';

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

interface UpgradeMessage {
  readonly image?: string;
  readonly stage?: boolean;
  readonly force?: boolean;
  readonly reboot_mode?: 'DEFAULT' | 'POWERCYCLE';
}

/** `preserve` is taken and means nothing, as in Talos since 1.8. */
export async function upgrade(call: TalosCall<UpgradeMessage>): Promise<object> {
  const { machine, request, signal } = call;
  if (request.stage === true) {
    throw new TalosError(
      status.UNIMPLEMENTED,
      'the lab does not simulate staged upgrades (talosctl upgrade --stage)',
    );
  }
  const { actorId } = await machine.upgrade(
    {
      image: request.image ?? '',
      force: request.force === true,
      rebootMode: request.reboot_mode ?? 'DEFAULT',
    },
    signal,
  );
  if (machine.faults.take('upgrade:accepted', machine.name) !== undefined) {
    call.breakConnection();
    throw brokenOff();
  }
  return { messages: [{ ack: 'Upgrade request received', actor_id: actorId }] };
}

export async function reboot({ machine, request }: TalosCall<{ mode?: RebootMode }>): Promise<object> {
  const { actorId } = machine.reboot(request.mode ?? 'DEFAULT');
  return { messages: [{ actor_id: actorId }] };
}

export async function imagePull(
  call: TalosCall<{ namespace?: string; reference?: string }>,
): Promise<object> {
  const { namespace = 'NS_UNKNOWN', reference = '' } = call.request;
  if (namespace !== 'NS_SYSTEM' && namespace !== 'NS_CRI') {
    throw new TalosError(status.INVALID_ARGUMENT, `invalid namespace ${namespace}`);
  }
  await call.machine.pull(namespace === 'NS_SYSTEM' ? 'system' : 'cri', reference, call.signal);
  return { messages: [{}] };
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
