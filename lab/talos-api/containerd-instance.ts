import { status } from '@grpc/grpc-js';
import type { ImageNamespace } from '../machines/pulled-images.js';
import { TalosError } from './talos-error.js';

/** A containerd of a machine, and a namespace in it; omitted fields are protobuf's zero. */
export interface ContainerdInstance {
  readonly driver?: 'CONTAINERD' | 'CRI';
  readonly namespace?: 'NS_UNKNOWN' | 'NS_SYSTEM' | 'NS_CRI';
}

/** The image store of that instance. Throws InvalidArgument in Talos' words for an unknown one. */
export function namespaceOf({ driver, namespace }: ContainerdInstance = {}): ImageNamespace {
  if (namespace === undefined || namespace === 'NS_UNKNOWN')
    throw new TalosError(status.INVALID_ARGUMENT, 'invalid containerd namespace NS_UNKNOWN');
  if (driver === 'CRI') return namespace === 'NS_SYSTEM' ? 'system' : 'cri';
  if (namespace === 'NS_SYSTEM') return 'inmem';
  throw new TalosError(status.INVALID_ARGUMENT, 'cannot use CRI namespace with containerd driver');
}
