import { z } from 'zod';

/** A message of Terraform about something that is wrong. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** The resource it is about. */
  readonly address?: string;
}

/** What a line of `plan -json` or `apply -json` says, as far as it is read. */
export type TerraformEvent =
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic }
  | {
      readonly kind: 'progress';
      readonly sentence: string;
      readonly address: string;
      /** While one has begun to be changed and not ended, the state's lock is surely held. */
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

/** Collects what is wrong from the lines a Terraform writes. */
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

/** One action, as in: is doing it, has done it, could not do it. */
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

/** Of an action that is not known here. */
const atWork: Words = { doing: 'at work on', done: 'done its work on', undone: 'do its work on' };

type Hook = NonNullable<z.infer<typeof line>['hook']>;

/**
 * What Terraform does at each event, to be said after its name; made of address, action and seconds alone: what a provisioner prints, and ids, may be secret. That one
 * begins is no event here: it would hide whether its resource is made or destroyed.
 * Addresses never are: Terraform takes no sensitive value as a key.
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

/** Reads one line; undefined for what is no event, or none that is read. */
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
 * The errors that Terraform prints for people: with bars beside them or without, wrapped at 78 characters. Each begins with
 * `Error:` at the beginning of a line.
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
