import type { CredentialReference, KubernetesReference } from '../../inventory/credential.js';
import type { PlannedNode } from './plan.js';

/** The common parts of the commands for one node. */
export interface NodeCommands {
  readonly look: (what: string, nodes?: string) => string;
  readonly act: (what: string) => string;
  readonly kubectl: (what: string) => string;
}

export function commandsOf(node: PlannedNode, endpoint: string): NodeCommands {
  const talosctl = (config: string, nodes: string, what: string): string =>
    `talosctl --talosconfig "$${config}" -n ${nodes} -e ${endpoint} ${what}`;
  const server = `https://${endpoint.includes(':') ? `[${endpoint}]` : endpoint}:6443`;
  return {
    look: (what, nodes = node.address) => talosctl('reader', nodes, what),
    act: (what) => talosctl('admin', node.address, what),
    kubectl: (what) => `kubectl --server ${server} ${what}`,
  };
}

/** Lower-case names, so that none hides the environment variable a credential comes from. */
export function credential(name: string, what: string, reference: KubernetesReference): string[] {
  if ('inCluster' in reference)
    return [`${name}=/dev/null  # ${what}: in the pod, kubectl finds its service account automatically`];
  if ('file' in reference) return [`${name}=${quote(reference.file)}  # ${what}`];
  return [`${name}=$(mktemp)  # ${what}; delete it afterwards`, `${printing(reference)} > "$${name}"`];
}

/** The command that prints a credential, for `$(…)`; a credential never stands on the command line itself. */
export function printing(reference: CredentialReference): string {
  if ('file' in reference) return `cat ${quote(reference.file)}`;
  const decode = reference.encoding === 'base64' ? ' | base64 -d' : '';
  return `${'exec' in reference ? reference.exec.map(quote).join(' ') : `printenv ${reference.env}`}${decode}`;
}

/** Whole seconds, the unit of these programs. */
export function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

/** A shell word, quoted where necessary. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
