import { z } from 'zod';

/** A warning or an error of Terraform. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** The resource it is about. */
  readonly address?: string;
}

/** The part of a line of `plan -json` or `apply -json` that Slipway reads. */
export type TerraformEvent =
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic }
  | {
      readonly kind: 'progress';
      readonly sentence: string;
      readonly address: string;
      /** Between `begins` and `ends` of a resource the state's lock is certainly held. */
      readonly change?: 'begins' | 'ends';
    }
  | { readonly kind: 'waits-for-lock' };

const line = z.looseObject({
  type: z.string(),
  diagnostic: z
    .looseObject({
      severity: z.enum(['error', 'warning']),
      summary: z.string(),
      detail: z.string().default(''),
      address: z.string().optional(),
    })
    .optional(),
  hook: z
    .looseObject({
      resource: z.looseObject({ addr: z.string() }),
      action: z.string().optional(),
      elapsed_seconds: z.number().optional(),
      provisioner: z.string().optional(),
    })
    .optional(),
});

/** Collects warnings and errors from Terraform's output. */
export function hearDiagnostics(): {
  readonly diagnostics: readonly Diagnostic[];
  readonly onLine: (stream: string, line: string) => void;
} {
  const diagnostics: Diagnostic[] = [];
  const onLine = (_: string, text: string): void => {
    const event = eventOf(text);
    if (event?.kind === 'diagnostic') diagnostics.push(event.diagnostic);
  };
  return { diagnostics, onLine };
}

/** The wording of one action: in progress, done, failed. */
interface Words {
  readonly doing: string;
  readonly done: string;
  readonly undone: string;
}

const actions: Readonly<Record<string, Words>> = {
  create: { doing: 'creating', done: 'created', undone: 'create' },
  read: { doing: 'reading', done: 'read', undone: 'read' },
  update: { doing: 'changing', done: 'changed', undone: 'change' },
  delete: { doing: 'destroying', done: 'destroyed', undone: 'destroy' },
};

/** The wording of an unknown action. */
const atWork: Words = { doing: 'at work on', done: 'done its work on', undone: 'do its work on' };

type Hook = NonNullable<z.infer<typeof line>['hook']>;

/**
 * Terraform's progress at each event, as the end of a sentence. It consists of address, action and seconds only: a provisioner's output,
 * and ids, may be secret. A resource's start is no event here: it would hide whether the resource is created or destroyed. Addresses are
 * never secret: Terraform accepts no sensitive value as a key.
 */
const sentences: Readonly<Record<string, (hook: Hook) => string>> = {
  refresh_start: (hook) => `looks at ${of(hook)}`,
  apply_start: (hook) => `is ${words(hook).doing} ${of(hook)}`,
  apply_progress: (hook) => `is ${words(hook).doing} ${of(hook)}, ${seconds(hook)}`,
  apply_complete: (hook) => `has ${words(hook).done} ${of(hook)} after ${seconds(hook)}`,
  apply_errored: (hook) => `could not ${words(hook).undone} ${of(hook)}, after ${seconds(hook)}`,
  provision_errored: (hook) => `failed with the provisioner ${hook.provisioner ?? 'it has'} of ${of(hook)}`,
};

const changes: Readonly<Record<string, 'begins' | 'ends'>> = {
  apply_start: 'begins',
  apply_complete: 'ends',
  apply_errored: 'ends',
};

/** Parses one line; undefined for no event, or one that is not used. */
export function eventOf(text: string): TerraformEvent | undefined {
  const said = line.safeParse(parsed(text)).data;
  if (!said) return undefined;
  if (said.type === 'state_lock_acquire') return { kind: 'waits-for-lock' };
  if (said.diagnostic) {
    const { severity, summary, detail, address } = said.diagnostic;
    return {
      kind: 'diagnostic',
      diagnostic: { severity, summary, detail, ...(address === undefined ? {} : { address }) },
    };
  }
  const sentence = sentences[said.type];
  if (!said.hook || !sentence) return undefined;
  const address = said.hook.resource.addr;
  const change = changes[said.type];
  return {
    kind: 'progress',
    sentence: sentence(said.hook),
    address,
    ...(change ? { change } : {}),
  };
}

/**
 * The errors that Terraform prints for people: with bars beside them or without, wrapped at 78 characters. Each begins with `Error:` at the
 * beginning of a line.
 */
export function errorsIn(text: string): Diagnostic[] {
  const lines = text.split('\n').map((one) => one.replace(/^[│╷╵]\s?/, '').trimEnd());
  const errors: { summary: string; detail: string[] }[] = [];
  for (const one of lines) {
    const summary = /^Error: (.*)$/.exec(one)?.[1];
    if (summary !== undefined) errors.push({ summary, detail: [] });
    else if (one.startsWith('Warning: ')) errors.push({ summary: '', detail: [] });
    else errors.at(-1)?.detail.push(one);
  }
  return errors
    .filter(({ summary }) => summary !== '')
    .map(({ summary, detail }) => ({ severity: 'error', summary, detail: detail.join('\n').trim() }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function words({ action = '' }: Hook): Words {
  return actions[action] ?? atWork;
}

function of({ resource }: Hook): string {
  return resource.addr;
}

function seconds({ elapsed_seconds: elapsed = 0 }: Hook): string {
  return `${Math.round(elapsed)} s`;
}
