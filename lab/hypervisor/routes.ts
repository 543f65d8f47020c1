import type { Hypervisor } from './hypervisor.js';
import type { Vm } from './inventory.js';
import { HypervisorRefusal } from './refusal.js';
import type { HypervisorLine } from './request-log.js';
import { PowerRequest, TemplateRequest, VmChange, VmRequest } from './requests.js';

/** A request: the name or number in the path, and the body. */
interface Asked {
  readonly hypervisor: Hypervisor;
  readonly name: string;
  readonly body: unknown;
  /** Whether the client disconnected. */
  readonly gone: () => boolean;
}

/** All routes of the hypervisor, by method and path; `*` is a name or a number. */
const ROUTES: Readonly<Record<string, (asked: Asked) => unknown>> = {
  'GET /hosts': ({ hypervisor }) => hypervisor.hosts,
  'POST /hosts/*/power': async ({ hypervisor, name, body }) => {
    await hypervisor.powerHost(name, PowerRequest.parse(body).state);
    return hypervisor.hosts;
  },
  'GET /templates': ({ hypervisor }) => hypervisor.templates,
  'GET /templates/*': ({ hypervisor, name }) => hypervisor.template(Number(name)),
  'POST /templates': ({ hypervisor, body }) => hypervisor.createTemplate(TemplateRequest.parse(body)),
  'DELETE /templates/*': ({ hypervisor, name }) => {
    hypervisor.destroyTemplate(Number(name));
    return {};
  },
  'GET /vms': ({ hypervisor }) => hypervisor.vms.map(shown),
  'GET /vms/*': ({ hypervisor, name }) => shown(hypervisor.vm(Number(name))),
  'GET /vms/*/status': ({ hypervisor, name }) => hypervisor.status(Number(name)),
  'POST /vms': async ({ hypervisor, body, gone }) =>
    shown(await hypervisor.createVm(VmRequest.parse(body), gone)),
  'PATCH /vms/*': ({ hypervisor, name, body }) =>
    shown(hypervisor.changeVm(Number(name), VmChange.parse(body))),
  'POST /vms/*/power': async ({ hypervisor, name, body }) =>
    shown(await hypervisor.powerVm(Number(name), PowerRequest.parse(body).state)),
  'DELETE /vms/*': async ({ hypervisor, name }) => {
    await hypervisor.destroyVm(Number(name));
    return {};
  },
};

/**
 * Carries out a request.
 *
 * @throws {HypervisorRefusal} the obstacle; 404 for an unknown path
 */
export async function answerOf(
  method: string,
  path: string,
  asked: Pick<Asked, 'hypervisor' | 'body' | 'gone'>,
): Promise<unknown> {
  const [kind = '', name, act] = path.split('/').slice(1);
  const route = [
    `${method} /${kind}`,
    ...(name === undefined ? [] : ['*']),
    ...(act === undefined ? [] : [act]),
  ];
  const answer = Object.hasOwn(ROUTES, route.join('/')) ? ROUTES[route.join('/')] : undefined;
  if (!answer) {
    const known = Object.keys(ROUTES).join(' · ');
    throw new HypervisorRefusal(404, `${method} ${path} is nothing this hypervisor does. It does: ${known}`);
  }
  return answer({ ...asked, name: decodeURIComponent(name ?? '') });
}

/** The target of a request, for the log. */
export function subjectOf(
  path: string,
  body: unknown,
): Pick<HypervisorLine, 'vmid' | 'template' | 'uuid' | 'asks'> {
  const [kind, name] = path.split('/').slice(1);
  const asked = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const number = Number(name ?? (kind === 'vms' ? asked['vmid'] : asked['id']));
  if (!Number.isSafeInteger(number)) return {};
  if (kind === 'templates') return { template: number };
  if (kind !== 'vms') return {};
  const { uuid, userData: _secret, ...asks } = asked;
  return {
    vmid: number,
    ...(typeof uuid === 'string' ? { uuid } : {}),
    ...(name === undefined && Object.keys(asks).length > 0 ? { asks } : {}),
  };
}

/** The public view of a VM: a hypervisor knows from which template a disk was cloned, not its content. */
function shown(vm: Vm): object {
  const { image: _image, userData: _userData, inRoom: _inRoom, ...known } = vm;
  return known;
}
