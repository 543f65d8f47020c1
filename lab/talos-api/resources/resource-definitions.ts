/** A kind of resource the lab shows. */
export interface ResourceKind {
  /** `MachineStatuses.runtime.talos.dev` */
  readonly type: string;
  /** `MachineStatus` */
  readonly singular: string;
  readonly namespace: string;
  /** Further names `talosctl get` takes, besides those made from the type. */
  readonly aliases: readonly string[];
  readonly columns: readonly { readonly name: string; readonly path: string }[];
  /** Message in `resource-specs.proto` that its spec is sent as. */
  readonly spec: string;
  /** Shown to administrators only. */
  readonly sensitive?: true;
}

/** The kinds of resources the lab shows, `ResourceDefinitions` apart. */
export const resourceKinds = {
  machineStatus: kind(
    'MachineStatuses.runtime.talos.dev',
    'MachineStatus',
    'runtime',
    'specs.MachineStatus',
    {
      Stage: '{.stage}',
      Ready: '{.status.ready}',
    },
  ),
  extensionStatus: kind(
    'ExtensionStatuses.runtime.talos.dev',
    'ExtensionStatus',
    'runtime',
    'specs.ExtensionStatus',
    { Name: '{.metadata.name}', Version: '{.metadata.version}' },
    ['extensions'],
  ),
  version: kind('Versions.runtime.talos.dev', 'Version', 'runtime', 'specs.Version', {
    Version: '{.version}',
  }),
  nodename: kind('Nodenames.kubernetes.talos.dev', 'Nodename', 'k8s', 'specs.Nodename', {
    Nodename: '{.nodename}',
  }),
  member: kind('Members.cluster.talos.dev', 'Member', 'cluster', 'specs.Member', {
    Hostname: '{.hostname}',
    'Machine Type': '{.machineType}',
    OS: '{.operatingSystem}',
    Addresses: '{.addresses}',
  }),
  etcdMember: kind('EtcdMembers.etcd.talos.dev', 'EtcdMember', 'etcd', 'specs.EtcdMember', {
    'Member ID': '{.memberID}',
  }),
  service: kind(
    'Services.v1alpha1.talos.dev',
    'Service',
    'runtime',
    'specs.Service',
    { Running: '{.running}', Healthy: '{.healthy}', 'Health Unknown': '{.unknown}' },
    ['svc'],
  ),
  systemInformation: kind(
    'SystemInformations.hardware.talos.dev',
    'SystemInformation',
    'hardware',
    'specs.SystemInformation',
    {
      Manufacturer: '{.manufacturer}',
      ProductName: '{.productName}',
      Version: '{.version}',
      SerialNumber: '{.serialnumber}',
      UUID: '{.uuid}',
      WakeUpType: '{.wakeUpType}',
      SKUNumber: '{.skuNumber}',
    },
    ['systeminformation'],
  ),
  linkStatus: kind(
    'LinkStatuses.net.talos.dev',
    'LinkStatus',
    'network',
    'specs.LinkStatus',
    {
      Alias: '{.alias}',
      Type: '{.type}',
      Kind: '{.kind}',
      'Hw Addr': '{.hardwareAddr}',
      'Oper State': '{.operationalState}',
      'Link State': '{.linkState}',
    },
    ['link', 'links'],
  ),
  machineConfig: {
    ...kind('MachineConfigs.config.talos.dev', 'MachineConfig', 'config', 'specs.MachineConfig', {}),
    sensitive: true,
  },
} as const satisfies Record<string, ResourceKind>;

/** The kind that describes the others. */
export const definitionKind: ResourceKind = kind(
  'ResourceDefinitions.meta.cosi.dev',
  'ResourceDefinition',
  'meta',
  'specs.ResourceDefinition',
  { Aliases: '{.aliases[:]}' },
  ['api-resources'],
);

/** Every kind, the describing one included. */
export const allKinds: readonly ResourceKind[] = [definitionKind, ...Object.values(resourceKinds)];

/** Existing namespaces. A request for another one is rejected. */
export const namespaces: ReadonlySet<string> = new Set(allKinds.map(({ namespace }) => namespace));

/** The names `talosctl get` finds a kind by: singular, plural, plural with group, the capitals. */
export function aliasesOf(resource: ResourceKind): { aliases: string[]; allAliases: string[] } {
  const [plural = '', ...suffix] = resource.type.split('.');
  const capitals = plural.replace(/[^A-Z]/g, '');
  const aliases = [...resource.aliases, resource.singular.toLowerCase()];
  if (capitals.length > 1) {
    aliases.push(capitals.toLowerCase());
    if (!capitals.endsWith('S')) aliases.push(`${capitals.toLowerCase()}s`);
  }
  const withGroup = suffix
    .slice(1)
    .map((_, index) => [plural.toLowerCase(), ...suffix.slice(0, index + 1)].join('.'));
  return { aliases, allAliases: [plural.toLowerCase(), ...withGroup, ...aliases] };
}

function kind(
  type: string,
  singular: string,
  namespace: string,
  spec: string,
  columns: Readonly<Record<string, string>>,
  aliases: readonly string[] = [],
): ResourceKind {
  return {
    type,
    singular,
    namespace,
    aliases,
    spec,
    columns: Object.entries(columns).map(([name, path]) => ({ name, path })),
  };
}
