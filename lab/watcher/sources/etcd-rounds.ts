import { Agent, request } from 'node:http';
import type { EtcdRound, EtcdStatus } from '../evidence.js';
import { at, list, text } from '../moments/payload.js';

/** A member that takes longer to answer counts as unreachable. Milliseconds. */
const ANSWER_WITHIN = 1_000;

/** A control plane's etcd client URL: `http://127.77.67.1:2379`. */
export interface EtcdEndpoint {
  readonly name: string;
  readonly client: string;
}

/** Reads every etcd member separately, over the JSON gateway of etcd. */
export class EtcdRounds {
  readonly rounds: EtcdRound[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 });

  constructor(
    readonly endpoints: readonly EtcdEndpoint[],
    /** Base URL of the lab's control server, which knows what Talos is made to report. */
    readonly control: string,
  ) {}

  /** One round; its moment is that of the last answer. */
  async ask(): Promise<void> {
    const statuses = await Promise.all(this.endpoints.map((endpoint) => this.#status(endpoint)));
    const answering = this.endpoints.filter((_, index) => statuses[index]?.said !== undefined);
    const members = await this.#members(answering.slice(0, 2));
    const round = { at: Date.now(), statuses, ...(members === undefined ? {} : { members }) };
    this.rounds.push(asTalosShowsIt(round, await this.#armedFaults()));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #status({ name, client }: EtcdEndpoint): Promise<EtcdStatus> {
    try {
      const answer = await this.#post(client, '/v3/maintenance/status', {});
      const errors = list(answer, 'errors');
      const said = {
        memberId: text(answer, 'header', 'member_id') ?? '',
        leader: text(answer, 'leader') ?? '0',
        raftIndex: Number(text(answer, 'raftIndex') ?? 0),
        appliedIndex: Number(text(answer, 'raftAppliedIndex') ?? 0),
        errors: errors.map(String),
      };
      return { node: name, said };
    } catch {
      return { node: name };
    }
  }

  /** Through consensus, so that it fails without a majority. */
  async #members(endpoints: readonly EtcdEndpoint[]): Promise<EtcdRound['members']> {
    for (const { client } of endpoints) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- the next one is tried only when this one fails
        const answer = await this.#post(client, '/v3/cluster/member/list', { linearizable: true });
        return list(answer, 'members').map((member) => ({
          id: text(member, 'ID') ?? '',
          name: text(member, 'name') ?? '',
          learner: at(member, 'isLearner') === true,
        }));
      } catch {
        // Unreachable, or without a majority.
      }
    }
    return undefined;
  }

  /** Without the lab's answer there are no faults in Talos. */
  async #armedFaults(): Promise<readonly unknown[]> {
    try {
      return list(await this.#ask('GET', new URL('/state', this.control)), 'faults', 'armed');
    } catch {
      return [];
    }
  }

  #post(client: string, path: string, body: object): Promise<unknown> {
    return this.#ask('POST', new URL(path, client), body);
  }

  #ask(method: string, url: URL, body?: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const asked = request(url, {
        method,
        agent: this.#agent,
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      asked.once('error', reject);
      asked.once('response', (answer) => {
        let words = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (words += chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          if (answer.statusCode !== 200) reject(new Error(`${url.pathname}: ${answer.statusCode} ${words}`));
          else resolve(parsed(words));
        });
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** Two faults of the lab change nothing in etcd, only Talos' report of a member; without a node they affect all. */
function asTalosShowsIt(round: EtcdRound, armed: readonly unknown[]): EtcdRound {
  const shows = (fault: string, node: string): boolean =>
    armed.some((one) => text(one, 'name') === fault && (text(one, 'node') ?? node) === node);
  const { members } = round;
  return {
    ...round,
    statuses: round.statuses.map(({ node, said }) => {
      if (said === undefined) return { node };
      return {
        node,
        said: shows('etcd-alarm', node) ? { ...said, errors: [...said.errors, 'alarm:NOSPACE'] } : said,
      };
    }),
    ...(members === undefined
      ? {}
      : {
          members: members.map((one) => ({
            ...one,
            learner: one.learner || shows('etcd-learner', one.name),
          })),
        }),
  };
}

function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}
