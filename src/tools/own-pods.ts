import { ApiException, type CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import type { ApiCall } from './kubernetes-api.js';
import { statusMessage } from './kubernetes-status.js';
import { messageOf } from './refusal.js';

/** The result of creating a Pod. */
export type MadePod =
  | { readonly kind: 'made'; readonly pod: V1Pod }
  /** A Pod with that name exists. */
  | { readonly kind: 'exists' }
  /** The API server rejects it: permissions, Pod Security, a missing namespace, an invalid Pod. */
  | { readonly kind: 'refused'; readonly why: string };

/** The Pods that Slipway creates and deletes: smoke tests. It touches no other Pods. */
export interface OwnPods {
  /** The Pods of a namespace with that label, whatever its value. */
  list(namespace: string, label: string, call?: ApiCall): Promise<V1Pod[]>;
  /** Undefined where there is none. */
  read(namespace: string, name: string, call?: ApiCall): Promise<V1Pod | undefined>;
  create(pod: V1Pod, call?: ApiCall): Promise<MadePod>;
  /** Deletes the Pod with that uid; a later one with the same name stays. */
  remove(pod: V1Pod, call?: ApiCall): Promise<void>;
}

type Send = <T>(call: ApiCall, send: (core: CoreV1Api) => Promise<T>) => Promise<T>;

/** Status codes of a rejected Pod: forbidden by permission or policy; no such namespace; invalid. */
const refusals: readonly number[] = [400, 403, 404, 422];

export function ownPods(call: Send): OwnPods {
  return {
    list: (namespace, label, options = {}) =>
      call(
        options,
        async (core) => (await core.listNamespacedPod({ namespace, labelSelector: label })).items,
      ),
    read: (namespace, name, options = {}) =>
      call(options, (core) => unlessGone(core.readNamespacedPod({ namespace, name }))),
    create: (pod, options = {}) =>
      call(options, async (core): Promise<MadePod> => {
        try {
          const namespace = pod.metadata?.namespace ?? '';
          return { kind: 'made', pod: await core.createNamespacedPod({ namespace, body: pod }) };
        } catch (error) {
          if (!(error instanceof ApiException)) throw error;
          // If a create is repeated after a lost answer, the second one fails with a conflict.
          if (error.code === 409) return { kind: 'exists' };
          if (refusals.includes(error.code))
            return { kind: 'refused', why: messageOf(statusMessage(error.body), 500) };
          throw error;
        }
      }),
    remove: ({ metadata }, options = {}) =>
      call(options, async (core) => {
        const { namespace = '', name = '', uid = '' } = metadata ?? {};
        const body = { preconditions: { uid } };
        await unlessGone(core.deleteNamespacedPod({ namespace, name, body }));
      }),
  };
}

/** If the name now belongs to a Pod with another uid, the API server answers with a conflict. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiException && (error.code === 404 || error.code === 409)) return undefined;
    throw error;
  }
}
