import type { Temporal } from './temporal.js';

/** Temporal's development server serves its Web UI a thousand ports above its own. */
const portsAbove = 1_000;
const defaultPort = 7233;

/**
 * Where the Web UI shows a workflow.
 *
 * `SLIPWAY_WEB_UI` names the UI's address (`https://temporal.example.org`); without it, the development server's
 * convention is taken for a Temporal on this machine, and for any other the address is not known.
 */
export function webUiAddress(
  { address, namespace }: Pick<Temporal, 'address' | 'namespace'>,
  workflowId: string,
): string | undefined {
  const base = process.env['SLIPWAY_WEB_UI'] ?? developmentUi(address);
  if (!base) return undefined;
  return `${base.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}

function developmentUi(address: string): string | undefined {
  const match = /^(?<host>.*?)(?::(?<port>\d+))?$/.exec(address);
  const host = match?.groups?.['host'] ?? '';
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)) return undefined;
  return `http://${host}:${Number(match?.groups?.['port'] ?? defaultPort) + portsAbove}`;
}
