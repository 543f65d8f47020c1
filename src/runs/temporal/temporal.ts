import type { Client } from '@temporalio/client';

/** A connection to Temporal. */
export interface Temporal {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  /** Runs calls with a timeout. */
  within<T>(milliseconds: number, act: () => Promise<T>): Promise<T>;
}
