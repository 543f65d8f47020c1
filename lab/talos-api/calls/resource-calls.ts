import { status } from '@grpc/grpc-js';
import type { Machine } from '../../machines/machine.js';
import { queueOf } from '../async-queue.js';
import { allKinds, namespaces, type ResourceKind } from '../resources/resource-definitions.js';
import { ResourceState, type Resource } from '../resources/resource-state.js';
import { notAuthorized } from '../authorization.js';
import type { TalosCall } from '../talos-call.js';
import { TalosError } from '../talos-error.js';

interface ResourceRequest {
  readonly namespace?: string;
  readonly type?: string;
  readonly id?: string;
}

interface ListRequest extends ResourceRequest {
  readonly options?: {
    readonly label_query?: readonly unknown[];
    readonly id_query?: { readonly regexp?: string };
  };
}

interface WatchRequest extends ListRequest {
  readonly options?: ListRequest['options'] & {
    readonly bootstrap_contents?: boolean;
    readonly tail_events?: number;
    readonly start_from_bookmark?: Buffer;
    readonly aggregated?: boolean;
  };
  readonly api_version?: number;
}

const states = new WeakMap<Machine, ResourceState>();

export async function resourceGet({ machine, request, roles }: TalosCall<ResourceRequest>): Promise<object> {
  const resources = await stateOf(machine).list(kindOf(request, roles));
  const resource = resources.find(({ metadata }) => metadata.id === request.id);
  if (resource === undefined) {
    const name = `${request.type ?? ''}(${request.namespace ?? ''}/${request.id ?? ''}@undefined)`;
    throw new TalosError(status.NOT_FOUND, `resource ${name} doesn't exist`);
  }
  return { resource };
}

export async function* resourceList({
  machine,
  request,
  roles,
}: TalosCall<ListRequest>): AsyncIterable<object> {
  const wanted = filterOf(request);
  for (const resource of await stateOf(machine).list(kindOf(request, roles))) {
    if (wanted(resource)) yield { resource };
  }
}

/** An empty answer at once, so that the client knows it is connected; then the machine's changes. */
export async function* resourceWatch({
  machine,
  request,
  roles,
  signal,
}: TalosCall<WatchRequest>): AsyncIterable<object> {
  const kind = kindOf(request, roles);
  const matches = filterOf(request);
  if ((request.options?.tail_events ?? 0) > 0 || request.options?.start_from_bookmark !== undefined) {
    throw new TalosError(status.UNIMPLEMENTED, 'the lab does not simulate watches that start in the past');
  }
  const one = request.id;
  const look = async (): Promise<Map<string, Resource>> => {
    const all = await stateOf(machine).list(kind);
    const seen = all.filter((resource) =>
      one === undefined ? matches(resource) : resource.metadata.id === one,
    );
    return new Map(seen.map((resource) => [resource.metadata.id, resource]));
  };
  const changes = queueOf<'changed'>(signal, (push) => machine.onChange(() => push('changed')));
  yield {};
  let before = await look();
  yield* first(before, request, kind);
  for await (const _ of changes) {
    const after = await look();
    const events = difference(before, after);
    before = after;
    if (request.options?.aggregated === true && events.length > 0) yield { event: events };
    else for (const event of events) yield { event: [event] };
  }
}

/** One resource: its present state, or that it does not exist. All: the existing ones, where requested. */
function* first(
  resources: Map<string, Resource>,
  request: WatchRequest,
  kind: ResourceKind,
): Iterable<object> {
  if (request.id !== undefined) {
    const resource = [...resources.values()][0];
    const absent = {
      metadata: {
        namespace: kind.namespace,
        type: kind.type,
        id: request.id,
        version: 'undefined',
        phase: 'running',
      },
      spec: {},
    };
    yield {
      event: [
        resource === undefined
          ? { resource: absent, event_type: 'DESTROYED' }
          : { resource, event_type: 'CREATED' },
      ],
    };
    return;
  }
  if (request.options?.bootstrap_contents !== true) return;
  const events: object[] = [...resources.values()].map((resource) => ({ resource, event_type: 'CREATED' }));
  if ((request.api_version ?? 0) >= 1) {
    const end = {
      metadata: { namespace: kind.namespace, type: kind.type, version: 'undefined', phase: 'running' },
      spec: {},
    };
    events.push({ resource: end, event_type: 'BOOTSTRAPPED' });
  }
  if (request.options.aggregated === true) yield { event: events };
  else for (const event of events) yield { event: [event] };
}

function difference(before: Map<string, Resource>, after: Map<string, Resource>): object[] {
  const events: object[] = [];
  for (const [id, resource] of after) {
    const old = before.get(id);
    if (old === undefined) events.push({ resource, event_type: 'CREATED' });
    else if (old.spec.yaml_spec !== resource.spec.yaml_spec)
      events.push({ resource, old, event_type: 'UPDATED' });
  }
  for (const [id, resource] of before) if (!after.has(id)) events.push({ resource, event_type: 'DESTROYED' });
  return events;
}

function stateOf(machine: Machine): ResourceState {
  const known = states.get(machine) ?? new ResourceState(machine);
  states.set(machine, known);
  return known;
}

function kindOf({ type = '', namespace = '' }: ResourceRequest, roles: readonly string[]): ResourceKind {
  const kind = allKinds.find((candidate) => candidate.type.toLowerCase() === type.toLowerCase());
  if (kind === undefined)
    throw new TalosError(status.PERMISSION_DENIED, `resource type "${type}" is not supported`);
  if (kind.sensitive === true && !roles.includes('os:admin')) throw notAuthorized();
  if (!namespaces.has(namespace)) {
    throw new TalosError(status.PERMISSION_DENIED, `namespace "${namespace}" is not supported`);
  }
  return kind;
}

function filterOf({ options, namespace }: ListRequest): (resource: Resource) => boolean {
  if ((options?.label_query ?? []).length > 0) {
    throw new TalosError(
      status.UNIMPLEMENTED,
      'the lab does not simulate label queries: none of its resources has labels',
    );
  }
  const expression = options?.id_query?.regexp ?? '';
  const pattern = new RegExp(expression);
  return ({ metadata }) => metadata['namespace'] === namespace && pattern.test(metadata.id);
}
