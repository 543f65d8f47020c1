/** `a["k"]` or `a[0]` of an address. */
export interface AddressStep {
  readonly name: string;
  readonly key: string | number | undefined;
}

/** A Terraform address: modules from the outside in, then a resource, or none for the address of a module. */
export interface Address {
  readonly modules: readonly AddressStep[];
  readonly resource: (AddressStep & { readonly mode: 'managed' | 'data'; readonly type: string }) | undefined;
}

/** A name, then an optional key: a number, or a quoted string with its escapes. */
const segment =
  /(?<name>[\p{L}_][\p{L}\p{N}_-]*)(?:\[(?:(?<number>\d+)|"(?<text>(?:[^"\\]|\\.)*)")\])?(?<end>\.|$)/uy;

/** The parts of an address as Terraform writes it; undefined for an invalid address. */
export function parseAddress(text: string): Address | undefined {
  const steps = stepsOf(text);
  if (!steps) return undefined;
  const modules: AddressStep[] = [];
  let rest = steps;
  while (rest[0]?.name === 'module' && rest[0].key === undefined) {
    const [, step, ...after] = rest;
    if (!step) return undefined;
    modules.push(step);
    rest = after;
  }
  if (rest.length === 0) return modules.length === 0 ? undefined : { modules, resource: undefined };
  const mode = rest[0]?.name === 'data' ? 'data' : 'managed';
  const [type, resource, ...more] = mode === 'data' ? rest.slice(1) : rest;
  if (!type || type.key !== undefined || !resource || more.length > 0) return undefined;
  return { modules, resource: { mode, type: type.name, ...resource } };
}

/** An address as Terraform writes it, also as an argument of `-target` and `-replace` (without a shell). */
export function formatAddress({ modules, resource }: Address): string {
  const parts = modules.map((step) => `module.${stepText(step)}`);
  if (resource)
    parts.push(`${resource.mode === 'data' ? 'data.' : ''}${resource.type}.${stepText(resource)}`);
  return parts.join('.');
}

/**
 * Whether one address contains another, as `-target` means it: a module contains all that is in it, and a last step without a key contains
 * every key. An invalid address contains nothing.
 */
export function covers(outer: string, inner: string): boolean {
  const [one, other] = [parseAddress(outer), parseAddress(inner)];
  return one !== undefined && other !== undefined && contains(one, other);
}

/** `contains` for parsed addresses. */
export function contains(outer: Address, inner: Address): boolean {
  const last = outer.modules.length - 1;
  if (last >= inner.modules.length) return false;
  const modulesFit = outer.modules.every((step, depth) => {
    const other = inner.modules[depth];
    const wholeModule = depth === last && outer.resource === undefined && step.key === undefined;
    return step.name === other?.name && (wholeModule || step.key === other.key);
  });
  if (!modulesFit || !outer.resource) return modulesFit;
  const [ours, theirs] = [outer.resource, inner.resource];
  return (
    outer.modules.length === inner.modules.length &&
    ours.mode === theirs?.mode &&
    ours.type === theirs.type &&
    ours.name === theirs.name &&
    (ours.key === undefined || ours.key === theirs.key)
  );
}

/** Whether two texts are the same address, however their keys are escaped. */
export function sameAddress(one: string, other: string): boolean {
  const [left, right] = [parseAddress(one), parseAddress(other)];
  return left !== undefined && right !== undefined && formatAddress(left) === formatAddress(right);
}

/** A string as Terraform quotes it in a key, without the quotes. */
export function escapeKey(key: string): string {
  return key
    .replaceAll(/[\\"]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll(/\p{Cc}/gu, (control) => String.raw`\u` + control.charCodeAt(0).toString(16).padStart(4, '0'))
    .replaceAll(/([$%])\{/g, '$1$1{');
}

function stepsOf(text: string): AddressStep[] | undefined {
  const steps: AddressStep[] = [];
  let at = 0;
  while (at < text.length) {
    segment.lastIndex = at;
    const found = segment.exec(text);
    if (!found) return undefined;
    const { name = '', number, text: quoted, end } = found.groups ?? {};
    const key = number === undefined ? unescapeKey(quoted) : Number(number);
    if (key === undefined && quoted !== undefined) return undefined;
    at += found[0].length;
    if (end === '.' && at === text.length) return undefined;
    steps.push({ name, key });
  }
  return steps;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** The value of a quoted key; undefined for an escape or an interpolation that a key cannot have. */
function unescapeKey(quoted: string | undefined): string | undefined {
  if (quoted === undefined || /(?<![$])(?:\$\$)*\$\{|(?<!%)(?:%%)*%\{/.test(quoted)) return undefined;
  let bad = false;
  const text = quoted.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|([$%])\4\{/g,
    (_whole, four?: string, eight?: string, one?: string, doubled?: string) => {
      if (doubled !== undefined) return `${doubled}{`;
      const code = Number.parseInt(four ?? eight ?? '', 16);
      if (code <= 0x10_ff_ff) return String.fromCodePoint(code);
      const plain = escapes[one ?? ''];
      bad ||= plain === undefined;
      return plain ?? '';
    },
  );
  return bad ? undefined : text;
}

function stepText({ name, key }: AddressStep): string {
  if (key === undefined) return name;
  return typeof key === 'number' ? `${name}[${key}]` : `${name}["${escapeKey(key)}"]`;
}
