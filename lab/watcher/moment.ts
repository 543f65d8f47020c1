/** Milliseconds since 1970. */
export type Moment = number;

/** From one moment to another. */
export interface Span {
  readonly from: Moment;
  readonly to: Moment;
}
