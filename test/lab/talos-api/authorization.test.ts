import { describe, expect, test } from '@jest/globals';
import { authorize } from '../../../lab/talos-api/authorization.js';
import { handlers, notSimulated, notSimulatedStreams } from '../../../lab/talos-api/handlers.js';

const ROLES = ['os:admin', 'os:operator', 'os:reader', 'os:etcd:backup'];

/** The roles that may make a call. */
function allowed(method: string): string[] {
  return ROLES.filter((role) => {
    try {
      authorize(method, [role]);
      return true;
    } catch {
      return false;
    }
  });
}

describe('roles', () => {
  test.each([
    { method: '/machine.MachineService/Upgrade', roles: ['os:admin'] },
    { method: '/machine.MachineService/Read', roles: ['os:admin'] },
    { method: '/machine.MachineService/EtcdForfeitLeadership', roles: ['os:admin'] },
    { method: '/machine.MachineService/Reboot', roles: ['os:admin', 'os:operator'] },
    { method: '/machine.MachineService/ImagePull', roles: ['os:admin', 'os:operator'] },
    { method: '/machine.MachineService/Version', roles: ['os:admin', 'os:operator', 'os:reader'] },
    { method: '/cosi.resource.State/List', roles: ['os:admin', 'os:operator', 'os:reader'] },
    { method: '/machine.MachineService/EtcdSnapshot', roles: ['os:admin', 'os:operator', 'os:etcd:backup'] },
    { method: '/machine.MachineService/EtcdStatus', roles: ROLES },
    { method: '/machine.MachineService/SomethingNew', roles: ['os:admin'] },
  ])('$method is for $roles', ({ method, roles }) => {
    expect(allowed(method)).toEqual(roles);
  });

  test('nobody may do anything without a role', () => {
    expect(() => authorize('/machine.MachineService/Version', [])).toThrow('not authorized');
  });

  test('no call is both answered and refused as not simulated', () => {
    expect([...notSimulated, ...notSimulatedStreams].filter((method) => method in handlers)).toEqual([]);
  });
});
