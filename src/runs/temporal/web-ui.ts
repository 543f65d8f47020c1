import type { Temporal } from './temporal.js';

/** Temporal's development server serves its Web UI 1000 ports above its own port. */
const portsAbove = 1_000;
const defaultPort = 7233;

/**
 * Address of a workflow in Temporal's Web UI.
 *
 * `SLIPWAY_WEB_UI` sets the UI's address (`https://temporal.example.org`). Without it, the development server's
 * convention applies to a Temporal on this machine; for any other the address is unknown.
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
