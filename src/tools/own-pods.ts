import { ApiException, type CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import type { ApiCall } from './kubernetes-api.js';
import { statusMessage } from './kubernetes-status.js';
import { messageOf } from './refusal.js';

/** What became of a Pod that was to be made. */
export type MadePod =
  | { readonly kind: 'made'; readonly pod: V1Pod }
  /** One of that name is there. */
  | { readonly kind: 'exists' }
  /** The API server does not take it: rights, Pod Security, a namespace that is not there, a Pod that is none. */
  | { readonly kind: 'refused'; readonly why: string };

/** The Pods that Slipway makes itself, and deletes: probes. Nobody else's are touched through this. */
export interface OwnPods {
  /** Those of a namespace with that label, whatever its value. */
  list(namespace: string, label: string, call?: ApiCall): Promise<V1Pod[]>;
  /** Undefined where there is none. */
  read(namespace: string, name: string, call?: ApiCall): Promise<V1Pod | undefined>;
  create(pod: V1Pod, call?: ApiCall): Promise<MadePod>;
  /** Deletes that very Pod, by its uid; one of the same name that was made since stays. */
  remove(pod: V1Pod, call?: ApiCall): Promise<void>;
}

type Send = <T>(call: ApiCall, send: (core: CoreV1Api) => Promise<T>) => Promise<T>;

/** What a Pod is refused with: no right, or against a policy; no such namespace; not valid. */
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
          // Sent twice, after an answer that was lost, it is refused the second time.
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

/** A uid that is another one's by now is answered with a conflict. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiException && (error.code === 404 || error.code === 409)) return undefined;
    throw error;
  }
}
