import type { Evidence, Moment } from './evidence.js';

/** The promises of the design that the watcher judges. */
export type PromiseName =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I12'
  | 'I13'
  | 'I14'
  | 'I16';

/** One promise's judgement of the evidence. */
export interface Finding {
  readonly promise: PromiseName;
  /** `violation`: it was broken. `unobserved`: it could not be judged, for lack of evidence. */
  readonly kind: 'violation' | 'unobserved';
  readonly at: Moment;
  /** The node, run or file of the finding. */
  readonly about: string;
  /** One sentence. */
  readonly what: string;
}

/** Judges one promise. Pure: the same evidence gives the same findings. */
export type Judge = (evidence: Evidence) => Finding[];

export function violation(promise: PromiseName, at: Moment, about: string, what: string): Finding {
  return { promise, kind: 'violation', at, about, what };
}

export function unobserved(promise: PromiseName, at: Moment, about: string, what: string): Finding {
  return { promise, kind: 'unobserved', at, about, what };
}
