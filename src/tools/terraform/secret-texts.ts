import { Redaction } from '../redaction.js';

/** Shorter texts occur in ordinary words: redacting them would black out the message. */
const quotedMin = 8;
const envMin = 5;

/** Settings of backends that say where the state is, and are no secret unless they contain a password. */
const places = new Set(
  (
    'path workspace_dir bucket key region endpoint endpoints s3 dynamodb_table workspace_key_prefix address lock_address ' +
    'unlock_address update_method lock_method unlock_method organization hostname prefix schema_name ' +
    'container_name storage_account_name resource_group_name namespace secret_suffix name'
  ).split(' '),
);

/** The texts a step passes to Terraform. */
export interface HandedTexts {
  readonly backend: readonly string[];
  readonly variables: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Names that messages may show anywhere: of nodes, hosts, versions. */
  readonly visible: readonly string[];
}

/** The texts to redact in Terraform's output: values of the environment, and quoted text in variable and backend files. */
export function secretTexts({ backend, variables, env, visible }: HandedTexts): string[] {
  const open = new Set(['default', 'true', 'false', ...visible]);
  const all = [
    ...Object.values(env).filter((value) => value.length >= envMin),
    ...variables.flatMap((text) => [...quoted(text).map(({ value }) => value), ...heredocs(text)]),
    ...backend.flatMap((text) => [
      ...quoted(text)
        .filter(({ name, value }) => !places.has(name) || /:\/\/[^/]*@/.test(value))
        .map(({ value }) => value),
      ...heredocs(text),
    ]),
  ];
  return [...new Set(all)].filter((text) => !open.has(text));
}

/** Redacts secrets in messages of Terraform, however it wraps and escapes them, and joins each to one line. */
export class Discretion {
  readonly #asWritten: Redaction;
  readonly #inOneLine: Redaction;

  constructor(secrets: readonly string[]) {
    this.#asWritten = new Redaction(secrets);
    this.#inOneLine = new Redaction(secrets.map((secret) => flat(secret)));
  }

  apply(text: string): string {
    return this.#inOneLine.apply(flat(this.#asWritten.apply(text)));
  }
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Quoted strings of HCL and of JSON, with the name before them. */
function quoted(text: string): { name: string; value: string }[] {
  const found = text.matchAll(/(?:"?(?<name>[A-Za-z_][\w-]*)"?\s*[=:]\s*)?"(?<value>(?:[^"\\\n]|\\.)*)"/g);
  return [...found].flatMap(({ groups }) => {
    const value = groups?.['value'] ?? '';
    return value.length < quotedMin
      ? []
      : [value, unescaped(value)].map((one) => ({ name: groups?.['name'] ?? '', value: one }));
  });
}

function heredocs(text: string): string[] {
  return [...text.matchAll(/<<[-~]?(?<mark>\w+)\n(?<body>[^]*?)\n\s*\k<mark>\s*(?:\n|$)/g)].map(
    ({ groups }) => groups?.['body'] ?? '',
  );
}

function unescaped(value: string): string {
  try {
    return JSON.parse(`"${value}"`) as string;
  } catch {
    return value;
  }
}
