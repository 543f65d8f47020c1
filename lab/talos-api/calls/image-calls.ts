import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { actByHand } from '../../machines/by-hand.js';
import { namespaceOf, type ContainerdInstance } from '../containerd-instance.js';
import type { TalosCall } from '../talos-call.js';
import { TalosError } from '../talos-error.js';

/** The pull of Talos 1.12; 1.13 still has it. */
export async function imagePull(
  call: TalosCall<{ namespace?: string; reference?: string }>,
): Promise<object> {
  const { machine, request, signal } = call;
  const { namespace = 'NS_UNKNOWN', reference = '' } = request;
  if (namespace !== 'NS_SYSTEM' && namespace !== 'NS_CRI') {
    throw new TalosError(status.INVALID_ARGUMENT, `invalid namespace ${namespace}`);
  }
  const place = namespace === 'NS_SYSTEM' ? 'system' : 'cri';
  await machine.pull(place, reference, signal);
  await actByHand(machine, reference, place);
  return { messages: [{}] };
}

/** The pull of Talos 1.13: reports its progress, and at the end the pulled image, pinned to its digest. */
export async function* imageServicePull(
  call: TalosCall<{ containerd?: ContainerdInstance; image_ref?: string }>,
): AsyncIterable<object> {
  const { machine, request, signal } = call;
  const { image_ref: reference = '' } = request;
  const place = namespaceOf(request.containerd);
  const digest = `sha256:${createHash('sha256').update(reference).digest('hex')}`;
  if (!machine.pulledImages.has(place, reference)) {
    yield { pull_progress: { layer_id: digest, progress: { status: 'DOWNLOADING' } } };
  }
  await machine.pull(place, reference, signal);
  await actByHand(machine, reference, place);
  yield { name: `${reference.replace(/:[^:/]+$/, '')}@${digest}` };
}
