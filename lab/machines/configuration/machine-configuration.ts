import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** A certificate and, on control planes, its key; both base64 of PEM. */
const Authority = z.object({ crt: z.string().default(''), key: z.string().default('') });

/** The fields of a v1alpha1 document that the lab reads. Everything else is kept unread. */
const Document = z.object({
  version: z.literal('v1alpha1'),
  machine: z
    .object({
      type: z.string().default(''),
      token: z.string().default(''),
      ca: Authority.optional(),
      acceptedCAs: z.array(z.unknown()).optional(),
      network: z.object({ hostname: z.string().optional() }).nullish(),
    })
    .optional(),
  cluster: z
    .object({
      id: z.string().default(''),
      secret: z.string().default(''),
      token: z.string().default(''),
      clusterName: z.string().optional(),
      controlPlane: z.object({ endpoint: z.string().optional() }).nullish(),
      ca: Authority.optional(),
      etcd: z.object({ ca: Authority.optional() }).nullish(),
    })
    .optional(),
});

/** The v1alpha1 document of a machine configuration: the fields that the lab reads. */
export type V1Alpha1 = z.infer<typeof Document>;

/** A machine configuration: its text, and the parsed fields. */
export interface MachineConfiguration {
  readonly text: string;
  /** Absent where the text has only other documents: the machine cannot boot with that. */
  readonly v1alpha1?: V1Alpha1;
  /** The v1alpha1 document with everything in it. */
  readonly whole: Readonly<Record<string, unknown>>;
  /** `HostnameConfig`, which takes precedence over the v1alpha1 document. */
  readonly hostnameDocument?: string;
}

/** Keys a v1alpha1 document may have; Talos rejects every other. */
const KEYS = new Set(['version', 'debug', 'persist', 'machine', 'cluster']);

/**
 * Reads a machine configuration, which may be several YAML documents.
 *
 * @throws Error in Talos' words when it is no machine configuration at all
 */
export function parseMachineConfiguration(text: string): MachineConfiguration {
  const documents = parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined)
      throw new Error(`error decoding document: yaml: ${problem.message.split('\n')[0]}`);
    const content: unknown = document.toJS();
    return content === null ? [] : [content];
  });
  let whole: Readonly<Record<string, unknown>> = {};
  let v1alpha1: V1Alpha1 | undefined;
  let hostnameDocument: string | undefined;
  for (const document of documents) {
    if (!isMapping(document))
      throw new Error('error decoding document: yaml: cannot unmarshal into a mapping');
    if ('kind' in document) {
      const { kind, hostname } = document;
      if (kind === 'HostnameConfig' && typeof hostname === 'string') hostnameDocument = hostname;
      continue;
    }
    if (!('version' in document)) throw new Error('error decoding document: missing kind');
    whole = document;
    v1alpha1 = read(document);
  }
  return {
    text,
    whole,
    ...(v1alpha1 === undefined ? {} : { v1alpha1 }),
    ...(hostnameDocument === undefined ? {} : { hostnameDocument }),
  };
}

/** Whether a machine can boot with it, or stays in maintenance mode until the rest arrives. */
export function isComplete({ v1alpha1 }: MachineConfiguration): boolean {
  return v1alpha1 !== undefined;
}

/** The machine's role in it. */
export function roleIn({ v1alpha1 }: MachineConfiguration): 'control-plane' | 'worker' {
  return v1alpha1?.machine?.type === 'worker' ? 'worker' : 'control-plane';
}

/** The machine's host name in it; undefined: Talos generates one. */
export function hostnameIn({ v1alpha1, hostnameDocument }: MachineConfiguration): string | undefined {
  return hostnameDocument ?? v1alpha1?.machine?.network?.hostname;
}

/** Why Talos rejects it, one sentence each in Talos' words; empty when it is valid. */
export function problemsOf({ v1alpha1 }: MachineConfiguration): string[] {
  if (v1alpha1 === undefined) return [];
  const { machine, cluster } = v1alpha1;
  if (machine === undefined) return ['machine instructions are required'];
  const problems: string[] = [];
  if (cluster === undefined) problems.push('cluster instructions are required');
  else if (!isUrl(cluster.controlPlane?.endpoint)) problems.push('cluster controlplane endpoint is required');
  if (!['controlplane', 'init', 'worker'].includes(machine.type))
    problems.push(`unknown machine type "${machine.type}"`);
  if (machine.ca === undefined && machine.acceptedCAs === undefined)
    problems.push('issuing CA or some accepted CAs are required (.machine.ca, machine.acceptedCAs)');
  if (machine.type === 'worker') {
    if ((machine.ca?.key ?? '') !== '')
      problems.push('issuing Talos API CA key is not allowed on non-controlplane nodes (.machine.ca)');
    if ((cluster?.ca?.key ?? '') !== '')
      problems.push('issuing Kubernetes API CA key is not allowed on non-controlplane nodes (.cluster.ca)');
  } else if (machine.ca !== undefined && machine.ca.key === '') {
    problems.push('issuing CA key is required for controlplane nodes (.machine.ca.key)');
  }
  return problems;
}

/** Go's format for several errors. */
export function joined(problems: readonly string[]): string {
  const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
  return `${count} occurred:\n${problems.map((problem) => `\t* ${problem}\n`).join('')}\n`;
}

function read(document: Readonly<Record<string, unknown>>): V1Alpha1 {
  const unknown = Object.keys(document).filter((key) => !KEYS.has(key));
  if (unknown.length > 0)
    throw new Error(`unknown keys found during decoding:\n${unknown.map((key) => `${key}: …`).join('\n')}\n`);
  const result = Document.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`error decoding document: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function isUrl(text: string | undefined): boolean {
  return text !== undefined && URL.canParse(text);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
