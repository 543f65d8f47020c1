import type { AttributePath, PathStep } from './attribute-paths.js';
import { hidden, isShownWhole, knownLater, shown } from './shown-value.js';
import type { Change, Json } from './terraform-json.js';

/** An attribute that differs before and after. Values are texts for people, without secrets. */
export interface AttributeChange {
  readonly path: AttributePath;
  readonly from: string;
  readonly to: string;
  /** Which of the two texts show their whole value: no secret, not known later, not abbreviated. */
  readonly whole: { readonly from: boolean; readonly to: boolean };
  /** The new value is known after apply only. */
  readonly unknown: boolean;
}

/** How attributes of a type are read. */
export interface Reading {
  /** Lists whose elements are identified by one of their attributes instead of their position: `{ disk: 'interface' }`. */
  readonly keyed?: Readonly<Record<string, string>>;
  /** Attributes that may be texts with JSON in them. */
  readonly json?: readonly string[];
}

interface Sides {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly unknown: Json | undefined;
  readonly maskBefore: Json | undefined;
  readonly maskAfter: Json | undefined;
}

/** Every attribute that differs. Nothing, null and an empty list or block are equal; so are a number and its digits. */
export function attributeChanges(change: Change, reading: Reading = {}): AttributeChange[] {
  const sides: Sides = {
    before: change.before,
    after: change.after,
    unknown: change.after_unknown,
    maskBefore: change.before_sensitive,
    maskAfter: change.after_sensitive,
  };
  return compare(sides, [], reading);
}

function compare(sides: Sides, path: AttributePath, reading: Reading): AttributeChange[] {
  const { before, after, unknown } = path.length === 1 ? readJson(sides, path, reading) : sides;
  const read = { ...sides, before, after };
  if (unknown === true) return [changed(read, path, true)];
  if (isList(before) || isList(after)) {
    if (Array.isArray(before ?? []) && Array.isArray(after ?? [])) return compareLists(read, path, reading);
  } else if (isBlock(before) && (isBlock(after) || isBlock(unknown))) {
    const names = new Set(
      [before, after, unknown].flatMap((side) => (isBlock(side) ? Object.keys(side) : [])),
    );
    return [...names].flatMap((name) => compare(inside(read, name), [...path, name], reading));
  }
  return same(before, after) ? anyUnknown(read, path) : [changed(read, path, false)];
}

/** Elements at the same position, or with the same key; an element on one side only is a change as a whole. */
function compareLists(sides: Sides, path: AttributePath, reading: Reading): AttributeChange[] {
  const name = path.length === 1 && typeof path[0] === 'string' ? reading.keyed?.[path[0]] : undefined;
  const before = isList(sides.before) ? sides.before : [];
  const after = isList(sides.after) ? sides.after : [];
  const keyOf = (element: Json | undefined): string | undefined => {
    const key = name !== undefined && isBlock(element) ? element[name] : undefined;
    return typeof key === 'string' && key !== '' ? key : undefined;
  };
  const keys = [...before, ...after].map((element) => keyOf(element));
  const unique = new Set(before.map((element) => keyOf(element))).size === before.length;
  if (name === undefined || !unique || keys.includes(undefined)) {
    const unknownLength = isList(sides.unknown) ? sides.unknown.length : 0;
    const length = Math.max(before.length, after.length, unknownLength);
    return Array.from({ length }, (_, at) => at).flatMap((at) =>
      compare(inside(sides, at), [...path, at], reading),
    );
  }
  return [...new Set(keys)].flatMap((key) => {
    const [old, present] = [before, after].map((list) => list.findIndex((element) => keyOf(element) === key));
    const pair: Sides = {
      before: before[old ?? -1],
      after: after[present ?? -1],
      unknown: part(sides.unknown, present ?? -1),
      maskBefore: part(sides.maskBefore, old ?? -1),
      maskAfter: part(sides.maskAfter, present ?? -1),
    };
    return compare(pair, [...path, { element: key ?? '' }], reading);
  });
}

/** Unknown values inside an otherwise equal object: the object does not exist yet. */
function anyUnknown(sides: Sides, path: AttributePath): AttributeChange[] {
  return holdsTrue(sides.unknown) ? [changed(sides, path, true)] : [];
}

function changed(sides: Sides, path: AttributePath, unknown: boolean): AttributeChange {
  const secret = [sides.maskBefore, sides.maskAfter].some(holdsTrue) || path.some(namesSecret);
  const isHidden = (value: Json | undefined): boolean => secret && !empty(value);
  const text = (value: Json | undefined): string => (isHidden(value) ? hidden : shown(value));
  const isWhole = (value: Json | undefined): boolean => !isHidden(value) && isShownWhole(value);
  return {
    path,
    from: text(sides.before),
    to: unknown ? knownLater : text(sides.after),
    whole: { from: isWhole(sides.before), to: !unknown && isWhole(sides.after) },
    unknown,
  };
}

/** Attributes that hold a secret although the provider does not mark them as sensitive. */
function namesSecret(step: PathStep): boolean {
  return (
    typeof step === 'string' && /passw|secret|token|private|credential|user_?data|machine_config/i.test(step)
  );
}

function inside(sides: Sides, step: string | number): Sides {
  return {
    before: part(sides.before, step),
    after: part(sides.after, step),
    unknown: part(sides.unknown, step),
    maskBefore: part(sides.maskBefore, step),
    maskAfter: part(sides.maskAfter, step),
  };
}

/** The value at a step; `true` applies to everything inside it. */
function part(value: Json | undefined, step: string | number): Json | undefined {
  if (value === true) return true;
  if (isList(value)) return typeof step === 'number' ? value[step] : undefined;
  return isBlock(value) && Object.hasOwn(value, step) ? value[String(step)] : undefined;
}

function readJson(sides: Sides, path: AttributePath, reading: Reading): Sides {
  const [name] = path;
  if (typeof name !== 'string' || !reading.json?.includes(name)) return sides;
  const [before, after] = [parsed(sides.before), parsed(sides.after)];
  return before === undefined || after === undefined ? sides : { ...sides, before, after };
}

function parsed(text: Json | undefined): Json | undefined {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function same(before: Json | undefined, after: Json | undefined): boolean {
  if (empty(before) && empty(after)) return true;
  if (typeof before === 'object' || typeof after === 'object') return false;
  return String(before) === String(after) && (typeof before !== 'boolean') === (typeof after !== 'boolean');
}

function empty(value: Json | undefined): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function holdsTrue(value: Json | undefined): boolean {
  if (value === true) return true;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one: Json) => holdsTrue(one))
  );
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isBlock(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
