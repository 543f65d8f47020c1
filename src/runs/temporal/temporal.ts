import type { Client } from '@temporalio/client';

/** A connection to Temporal, whoever opened it. */
export interface Temporal {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** Runs calls that fail once the time is over, instead of waiting for ever. */
  within<T>(milliseconds: number, act: () => Promise<T>): Promise<T>;
}
