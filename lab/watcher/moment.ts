/** Milliseconds since 1970. */
export type Moment = number;

/** From a moment to another one. */
export interface Span {
  readonly from: Moment;
  readonly to: Moment;
}
