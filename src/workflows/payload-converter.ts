import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** Stands for a value that cannot be decoded. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * Temporal's own converter, except that a value it cannot decode becomes one that says so. Any client may send a signal in any
 * encoding (the Web UI offers several). An error before its handler is called would stop the whole workflow, again and again.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  // oxlint-disable-next-line no-unnecessary-type-parameters -- as Temporal's interface has it
  fromPayload: <T>(payload: Payload): T => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (error) {
      const unreadable: Unreadable = { unreadable: error instanceof Error ? error.message : String(error) };
      return unreadable as T;
    }
  },
};
