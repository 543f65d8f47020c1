import { CommandFailed, runCommand } from './run-command.js';
import type { ApiEndpoint } from './kubernetes-api.js';

/** One slice of a drain. */
export interface DrainSlice {
  readonly node: string;
  readonly endpoint: ApiEndpoint;
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string;
  readonly timeoutMs: number;
  readonly deleteEmptyDirData: boolean;
  readonly signal: AbortSignal;
  /** Called for each line of kubectl's output. */
  readonly onLine: (line: string) => void;
}

export type DrainSliceResult =
  | { readonly outcome: 'drained' }
  /** The time limit was reached; `lastWords` is kubectl's last line. */
  | { readonly outcome: 'not-yet'; readonly lastWords: string }
  /** More time does not help: unmanaged pods, missing permission, … */
  | { readonly outcome: 'impossible'; readonly why: string };

const noTimeHelps = /use --(force|ignore-daemonsets|delete-emptydir-data)|[Ff]orbidden/;
/** An admission webhook or policy rejects an eviction: it may allow a retry, as a budget does. */
const denied = /denied (the )?request/;

/**
 * One `kubectl drain`, PodDisruptionBudgets respected, limited in time. It evicts and never deletes (`--disable-eviction=false`), and
 * leaves pods without a controller alone (`--force=false`).
 */
export async function drainSlice(kubectl: string, slice: DrainSlice): Promise<DrainSliceResult> {
  const said: string[] = [];
  try {
    await runCommand({
      command: kubectl,
      args: [
        'drain',
        slice.node,
        '--kubeconfig',
        slice.kubeconfig,
        '--server',
        slice.endpoint.server,
        '--ignore-daemonsets=true',
        `--delete-emptydir-data=${slice.deleteEmptyDirData}`,
        '--force=false',
        '--disable-eviction=false',
        `--timeout=${Math.max(1, Math.ceil(slice.timeoutMs / 1000))}s`,
      ],
      // Keeps user preferences from changing these flags (kubectl 1.34 and later read ~/.kube/kuberc).
      env: { KUBERC: 'off' },
      timeoutMs: slice.timeoutMs + 5_000,
      signal: slice.signal,
      onLine: (_stream, line) => {
        said.push(line);
        if (said.length > 50) said.shift();
        slice.onLine(line);
      },
    });
    return { outcome: 'drained' };
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    const words =
      said.filter((line) => line.startsWith('error') || line.includes('cannot')).at(-1) ?? error.message;
    const hopeless = said.find((line) => noTimeHelps.test(line) && !denied.test(line));
    return hopeless ? { outcome: 'impossible', why: hopeless } : { outcome: 'not-yet', lastWords: words };
  }
}
