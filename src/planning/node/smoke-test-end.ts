import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** What the Pod of a probe shows. */
export type ProbeLook =
  /** `started`: its container has run, or runs. `said`: what the kubelet says that it waits for. */
  | { readonly kind: 'waiting'; readonly why: string; readonly started: boolean; readonly said?: string }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly why: string; readonly tail?: string; readonly started: boolean };

/** Characters of what a probe wrote that a person is shown. */
const tailMost = 300;

/** What a container waits for in any case. */
const ordinary: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Reads the status its kubelet gave it. */
export function probeLook({ status }: V1Pod): ProbeLook {
  const container = status?.containerStatuses?.[0];
  const { waiting, running, terminated } = container?.state ?? {};
  const started = running !== undefined || Boolean(terminated?.startedAt);
  if (status?.phase === 'Succeeded') return { kind: 'succeeded' };
  if (status?.phase === 'Failed') {
    const tail = tailOf(terminated?.message);
    return { kind: 'failed', why: whyFailed(status, container), started, ...(tail ? { tail } : {}) };
  }
  if (running) return { kind: 'waiting', why: 'it runs', started };
  if (waiting?.reason) {
    const why = withMessage(waiting.reason, waiting.message);
    return { kind: 'waiting', why, started: false, ...(ordinary.has(waiting.reason) ? {} : { said: why }) };
  }
  const why = status?.startTime ? 'its container was not made yet' : 'its kubelet has not taken it yet';
  return { kind: 'waiting', why, started: false };
}

/** The kubelet's own reason (`OutOfnvidia.com/gpu`, `DeadlineExceeded`) says more than the exit code of what it ended. */
function whyFailed({ reason, message }: NonNullable<V1Pod['status']>, container?: V1ContainerStatus): string {
  if (reason) return withMessage(reason, message);
  const { exitCode, signal, reason: how } = container?.state?.terminated ?? {};
  if (exitCode === undefined) return 'its kubelet gives no reason';
  const words = how === undefined || how === 'Error' ? '' : ` (${how})`;
  return `exit code ${exitCode}${signal ? `, signal ${signal}` : ''}${words}`;
}

function withMessage(reason: string, message: string | undefined): string {
  return message ? `${reason}: ${cut(message)}` : reason;
}

/** The end is where a program says what went wrong. */
function tailOf(text: string | undefined): string | undefined {
  const flat = text?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (flat === '') return undefined;
  return flat.length > tailMost ? `… ${flat.slice(-tailMost)}` : flat;
}

function cut(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > tailMost ? `${flat.slice(0, tailMost)} …` : flat;
}
