import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { LabDescription } from '../lab-description.js';
import { readDescription } from '../running-lab.js';
import { clean, type LeaseAnswer } from './lease-messages.js';

/** A lab of the pool, for as long as its holder lives or wants it. */
export interface Lease {
  readonly description: LabDescription;
  /** Ends the lease. `reusable` false: something failed, and the lab is stopped. */
  readonly release: (reusable: boolean) => Promise<void>;
}

/** Leases a lab. @throws with the reason when the pool has none and can start none */
export async function leaseLab(pool: string): Promise<Lease> {
  const socket = connect(pool);
  await once(socket, 'connect');
  const [line] = (await once(createInterface({ input: socket }), 'line')) as [string];
  const answer = JSON.parse(line) as LeaseAnswer;
  if ('error' in answer) throw new Error(answer.error);
  const description = await readDescription(answer.directory);
  if (!description) throw new Error(`the lab in ${answer.directory} is gone`);
  return {
    description,
    release: async (reusable) => {
      const closed = once(socket, 'close');
      socket.end(reusable ? `${clean}\n` : '');
      await closed;
    },
  };
}
