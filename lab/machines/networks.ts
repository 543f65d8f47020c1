/** The gateway of each network that the lab's hypervisor knows. An interface in any other VLAN reaches nothing. */
export const gateways: Readonly<Record<string, string>> = {
  untagged: '10.20.0.1',
  '62': '192.168.62.1',
  '81': '192.168.81.1',
};
