/** Who answers in each network that the lab's hypervisor knows: its gateway. A card in any other VLAN reaches nobody. */
export const gateways: Readonly<Record<string, string>> = {
  untagged: '10.20.0.1',
  '62': '192.168.62.1',
  '81': '192.168.81.1',
};
