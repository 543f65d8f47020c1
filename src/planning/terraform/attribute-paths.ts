/** A step of a path: a name, a position in a list, or the identifying key of a list element (`scsi1`). */
export type PathStep = string | number | { readonly element: string };
export type AttributePath = readonly PathStep[];

type PatternStep = { readonly name: string } | { readonly from: number; readonly to: number } | 'any';

const plain = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `disk[scsi1].size`, `network_device[0].mac_address`, `labels["a.b/c"]`. */
export function pathText(path: AttributePath): string {
  return path
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`;
      if (typeof step !== 'string') return `[${step.element}]`;
      if (!plain.test(step)) return `["${step}"]`;
      return at === 0 ? step : `.${step}`;
    })
    .join('');
}

/**
 * How well a pattern fits a path: 0 for not at all, otherwise how many steps it names. A pattern fits what it names and all that is in it.
 * `[0]` is one element, `[1+]` that one and those after it, `[scsi1]` the element with that key, `[*]` any. Where a pattern names no
 * element, it fits any: `memory.dedicated` fits `memory[0].dedicated`.
 */
export function fit(pattern: string, path: AttributePath): number {
  const steps = patternSteps(pattern);
  let at = 0;
  for (const step of steps) {
    if (step !== 'any' && 'name' in step) at = passElements(path, at, step.name);
    if (!fitsStep(step, path[at])) return 0;
    at += 1;
  }
  return steps.length;
}

/** The position after the elements that the pattern passes over, because it names an attribute next. */
function passElements(path: AttributePath, at: number, name: string): number {
  const isElement = (step: PathStep): boolean =>
    typeof step === 'number' || (typeof step === 'object' && step.element !== name);
  const rest = path.slice(at).findIndex((step) => !isElement(step));
  return rest === -1 ? path.length : at + rest;
}

function fitsStep(pattern: PatternStep, step: PathStep | undefined): boolean {
  if (step === undefined) return false;
  if (pattern === 'any') return typeof step !== 'string';
  if ('name' in pattern) return pattern.name === (typeof step === 'object' ? step.element : step);
  return typeof step === 'number' && step >= pattern.from && step <= pattern.to;
}

/** `[0]`, `[1+]`, `[*]`, `["a.b"]`, `[scsi1]`, or a name after a dot. */
const token =
  /\[(?:(?<number>\d+)(?<more>\+)?|(?<any>\*)|"(?<text>[^"]*)"|(?<element>[^\]]+))\]|(?<name>[^.[\]]+)/g;

function patternSteps(pattern: string): PatternStep[] {
  return [...pattern.matchAll(token)].map(({ groups = {} }) => {
    const { number, more, any, text, element, name } = groups;
    if (any !== undefined) return 'any';
    if (number !== undefined)
      return { from: Number(number), to: more === undefined ? Number(number) : Number.POSITIVE_INFINITY };
    return { name: text ?? element ?? name ?? '' };
  });
}
