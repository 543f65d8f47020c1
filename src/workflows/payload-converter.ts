import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** What stands for a value that nobody here can read. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * Temporal's own converter, but that what it cannot read becomes a value that says so. Anybody may send a signal, in any encoding (the
 * Web UI offers several), and what is thrown before its handler is called would stop the whole workflow, again and again.
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
