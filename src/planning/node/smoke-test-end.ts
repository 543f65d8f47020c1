import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** State of a smoke test's Pod. */
export type ProbeLook =
  /** `started`: its container has run, or runs. `said`: the kubelet's reason for waiting. */
  | { readonly kind: 'waiting'; readonly why: string; readonly started: boolean; readonly said?: string }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly why: string; readonly tail?: string; readonly started: boolean };

/** Characters of a smoke test's output that a person is shown. */
const tailMost = 300;

/** Waiting reasons that every container passes through. */
const ordinary: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** Reads the status that the kubelet reported. */
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

/** The kubelet's own reason (`OutOfnvidia.com/gpu`, `DeadlineExceeded`) says more than the exit code of the killed container. */
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

/** The end of the output is where a program reports its error. */
function tailOf(text: string | undefined): string | undefined {
  const flat = text?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (flat === '') return undefined;
  return flat.length > tailMost ? `… ${flat.slice(-tailMost)}` : flat;
}

function cut(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > tailMost ? `${flat.slice(0, tailMost)} …` : flat;
}
