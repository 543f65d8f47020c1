import { createServer, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { KubernetesCluster } from '../kubernetes/kubernetes-cluster.js';
import type { LabDescription } from '../lab-description.js';
import type { Renewal } from '../renewal/renewal.js';
import type { TalosMachines } from '../talos-api/talos-machines.js';
import { labState, machineState } from './lab-state.js';
import { readTimeline } from './timeline.js';

/** The parts that the control server controls. */
export interface Controlled {
  readonly talos: TalosMachines;
  readonly kubernetes: KubernetesCluster;
  readonly faults: FaultPlan;
  readonly logs: LabDescription['logs'];
  readonly accidents: readonly string[];
  readonly renewal: Renewal;
  /** Begins to stop the lab. */
  stop(): void;
}

/** Where it listens. */
export interface ControlAddress {
  readonly host: string;
  readonly port: number;
}

const FaultRequest = z.strictObject({
  name: z.string(),
  node: z.string().optional(),
  times: z.int().positive().optional(),
  after: z.string().optional(),
});

const BODY_BYTES_MOST = 64 * 1024;

/** The operations on a lab for people and tests, over HTTP on loopback; every answer is JSON. */
const ROUTES = [
  'GET /state',
  'GET /timeline',
  'POST /faults {name, node?, times?, after?}',
  'DELETE /faults?name=&node=',
  'POST /machines/<name>/power-off | power-on | reboot | reset',
  'POST /etcd/<name>/stop | start',
  'POST /origin: remembers the lab as it is',
  'POST /renew: makes it so again',
  'POST /stop',
];

/** Starts the control server. */
export async function startControlServer(address: ControlAddress, controlled: Controlled): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, controlled).then(
      (answer) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(answer)}\n`);
      },
      (error: unknown) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(
          `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
        );
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address, exclusive: true }, resolve);
  });
  return server;
}

async function handle(request: IncomingMessage, controlled: Controlled): Promise<unknown> {
  const { talos, kubernetes, faults } = controlled;
  const url = new URL(request.url ?? '/', 'http://lab');
  const [kind, name, act] = url.pathname.split('/').slice(1);
  switch (`${request.method} /${kind}`) {
    case 'GET /state':
      return labState(talos.machines, kubernetes, faults, controlled.accidents);
    case 'GET /timeline':
      return readTimeline(controlled.logs);
    case 'POST /faults': {
      const { name: fault, node, times, after } = FaultRequest.parse(JSON.parse(await bodyOf(request)));
      return faults.arm({
        name: fault,
        ...(node === undefined ? {} : { node }),
        ...(times === undefined ? {} : { times }),
        ...(after === undefined ? {} : { after }),
      });
    }
    case 'DELETE /faults': {
      const [fault, node] = [url.searchParams.get('name'), url.searchParams.get('node')];
      return {
        disarmed: faults.disarm({
          ...(fault === null ? {} : { name: fault }),
          ...(node === null ? {} : { node }),
        }),
      };
    }
    case 'POST /machines':
      return machineAct(name ?? '', act ?? '', controlled);
    case 'POST /etcd':
      return etcdAct(name ?? '', act ?? '', controlled);
    case 'POST /origin':
      await controlled.renewal.remember();
      return { remembered: true };
    case 'POST /renew':
      await controlled.renewal.renew();
      return { renewed: true };
    case 'POST /stop':
      controlled.stop();
      return { stopping: true };
    default:
      throw new Error(
        `${request.method} ${url.pathname} is nothing this lab does. It does: ${ROUTES.join(' · ')}`,
      );
  }
}

async function machineAct(name: string, act: string, { talos, kubernetes }: Controlled): Promise<unknown> {
  const machine = talos.machine(name);
  if (act === 'power-off') await machine.powerOff();
  else if (act === 'power-on') await machine.powerOn();
  else if (act === 'reboot') machine.reboot('DEFAULT');
  else if (act === 'reset') await machine.reset();
  else throw new Error(`A machine can power-off, power-on, reboot and reset, not "${act}".`);
  return machineState(machine, kubernetes);
}

/** Talos would report its etcd as failed; so does this. */
async function etcdAct(name: string, act: string, { talos, kubernetes }: Controlled): Promise<unknown> {
  const machine = talos.machine(name);
  const member = kubernetes.member(name);
  if (act === 'stop') {
    await member.stop();
    machine.services.failed('etcd', 'etcd was stopped by the lab');
  } else if (act === 'start') {
    await member.start();
    machine.services.running('etcd', 'Started task etcd');
  } else throw new Error(`An etcd can stop and start, not "${act}".`);
  return machineState(machine, kubernetes);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MOST) throw new Error(`A request has at most ${BODY_BYTES_MOST} bytes.`);
  }
  return text || '{}';
}
