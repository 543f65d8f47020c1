import { Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import type { Machine } from '../../../lab/machines/machine.js';
import { routeOf } from '../../../lab/talos-api/request-routing.js';

const definition = { address: '10.20.67.1', loopback: '127.77.67.1' };
const controlPlane = { role: 'control-plane', definition } as Machine;
const worker = { role: 'worker', definition } as Machine;

function metadata(values: Record<string, string | undefined>): Metadata {
  const made = new Metadata();
  for (const [key, value] of Object.entries(values)) if (value !== undefined) made.set(key, value);
  return made;
}

describe('where a request goes', () => {
  test.each([
    { on: controlPlane, says: {}, route: { to: 'itself' } },
    { on: controlPlane, says: { node: '10.20.67.2' }, route: { to: 'one', target: '10.20.67.2' } },
    { on: controlPlane, says: { nodes: '10.20.67.1' }, route: { to: 'many', targets: ['10.20.67.1'] } },
    {
      on: controlPlane,
      says: { nodes: '10.20.67.1, 10.20.67.2' },
      route: { to: 'many', targets: ['10.20.67.1', '10.20.67.2'] },
    },
    { on: controlPlane, says: { nodes: '10.20.67.2', proxyfrom: 'k8s-ctrl-3' }, route: { to: 'itself' } },
    { on: worker, says: { nodes: '10.20.67.1' }, route: { to: 'itself' } },
    { on: worker, says: { node: '127.77.67.1' }, route: { to: 'itself' } },
  ])('on a $on.role, $says goes $route.to', ({ on, says, route }) => {
    expect(routeOf(metadata(says), '/machine.MachineService/Version', on)).toEqual(route);
  });

  test.each([
    {
      on: controlPlane,
      says: { nodes: '10.20.67.2' },
      path: '/cosi.resource.State/Get',
      refusal: 'one-2-many proxying is not supported for COSI methods',
    },
    {
      on: controlPlane,
      says: { node: '10.20.67.1, 10.20.67.2' },
      path: '/x/Y',
      refusal: 'node metadata must be single-valued',
    },
    {
      on: controlPlane,
      says: { node: '10.20.67.2:50000' },
      path: '/x/Y',
      refusal: 'invalid target "10.20.67.2:50000"',
    },
    { on: worker, says: { node: '10.20.67.2' }, path: '/x/Y', refusal: 'no request forwarding' },
  ])('on a $on.role, $says is refused: $refusal', ({ on, says, path, refusal }) => {
    expect(() => routeOf(metadata(says), path, on)).toThrow(refusal);
  });
});
