import type { InventoryDraft, NodeDraft } from './draft.js';
import type { MistakeAt } from './mistake.js';

/** Settings that must exist and agree before a machine may be replaced. */
export const replacementRules: readonly ((draft: InventoryDraft) => readonly MistakeAt[])[] = [
  replaceNeedsTerraform,
  rolesSayHow,
  addressesNameTheNode,
  addressesAreComplete,
  templatesTellRolesApart,
  templatesTellNodesApart,
];

/** Checks only written strategies. Where none is written, a plan that needs Terraform says so. */
function replaceNeedsTerraform({ replacement }: InventoryDraft): MistakeAt[] {
  if (replacement.terraform) return [];
  return replacement.written.map((delta) => ({
    at: ['upgrade', 'strategy', delta],
    what: 'it is replace, and nothing says what makes the machines',
    why: 'a machine is replaced by Terraform',
    fix: `add terraform: { version: …, variables: { talos: … } }, or write ${delta}: in-place`,
  }));
}

function rolesSayHow({ nodes, roles, replacement }: InventoryDraft): MistakeAt[] {
  if (!replacement.terraform || !replacement.reachable) return [];
  return Object.entries(roles).flatMap(([name, role]): MistakeAt[] => {
    if (!role || !nodes.some((node) => node.role === name)) return [];
    const missing = { what: 'it is missing', at: (key: string) => ['roles', name, key] };
    const [example] = nodes.filter((node) => node.role === name);
    return [
      ...(role.terraform === undefined
        ? [
            {
              at: missing.at('terraform'),
              what: missing.what,
              why: `nobody would know which machine of Terraform's is ${example?.name ?? 'a node'}`,
              fix: 'write its address like module.nodes["{node}"], or let upgrade.strategy be in-place throughout',
            },
          ]
        : []),
      ...(role.configured
        ? []
        : [
            {
              at: missing.at('configuration'),
              what: missing.what,
              why: 'a new machine joins the cluster by its machine configuration',
              fix: "write { by: terraform }, or { by: apply-config, file: { file: 'machines/{node}.yaml' } }",
            },
          ]),
    ];
  });
}

/** Placeholders of addresses, and their values for a node. */
const inBraces: Readonly<Record<string, (node: NodeDraft) => unknown>> = {
  node: ({ name }) => name,
  host: ({ host }) => host,
  role: ({ role }) => role,
  vm: ({ vm }) => vm,
};

function addressesNameTheNode({ nodes, roles }: InventoryDraft): MistakeAt[] {
  return Object.entries(roles).flatMap(([name, role]): MistakeAt[] => {
    if (role?.terraform === undefined || /\{(node|vm)\}/.test(role.terraform)) return [];
    if (nodes.filter((node) => node.role === name).length < 2) return [];
    return [
      {
        at: ['roles', name, 'terraform'],
        what: 'it does not say {node}',
        why: 'every node of the role would have the same Terraform address',
        fix: `write it like module.nodes["{node}"]`,
      },
    ];
  });
}

/** Every placeholder, in addresses of templates too, is known and has a value for every node. */
function addressesAreComplete({ nodes, roles, replacement }: InventoryDraft): MistakeAt[] {
  const addresses = [
    ...Object.entries(roles).map(([name, role]) => ({
      at: ['roles', name, 'terraform'],
      text: role?.terraform ?? '',
      of: nodes.filter((node) => node.role === name),
    })),
    { at: ['terraform', 'templates', 'address'], text: replacement.templates ?? '', of: nodes },
  ];
  return addresses.flatMap(({ at, text, of }) =>
    [...text.matchAll(/\{([^{}]*)\}/g)].flatMap(([whole, name = '']): MistakeAt[] => {
      const value = inBraces[name];
      if (!value) {
        const known = Object.keys(inBraces).map((one) => `{${one}}`);
        const why = 'nobody knows what to write in its place';
        return [{ at, what: `${whole} is not known`, why, fix: `use ${known.join(', ')}` }];
      }
      const without = of.find((node) => value(node) === undefined);
      if (!without) return [];
      return [
        {
          at,
          what: `it says ${whole}, and ${without.name ?? 'a node'} has no ${name}`,
          why: 'its Terraform address would not be known',
          fix: `write ${name}: … beside that node, or leave ${whole} out`,
        },
      ];
    }),
  );
}

/** A template is a disk image, so it contains one schematic. */
function templatesTellRolesApart({ nodes, roles, replacement }: InventoryDraft): MistakeAt[] {
  if (replacement.templates === undefined || /\{(role|node)\}/.test(replacement.templates)) return [];
  const used = Object.entries(roles).filter(([name]) => nodes.some((node) => node.role === name));
  if (new Set(used.map(([, role]) => role?.schematic)).size < 2) return [];
  return [
    {
      at: ['terraform', 'templates', 'address'],
      what: 'it does not say {role}',
      why: 'control planes and workers would be made of one template, and their schematics differ',
      fix: 'write it like module.templates["{host}-{role}"]',
    },
  ];
}

function templatesTellNodesApart({ nodes, roles, replacement }: InventoryDraft): MistakeAt[] {
  if (replacement.templates === undefined || replacement.templates.includes('{node}')) return [];
  return nodes.flatMap((node): MistakeAt[] => {
    const { at, name = 'the node', role = '', schematic } = node;
    if (schematic === undefined || schematic === roles[role]?.schematic) return [];
    return [
      {
        at: [...at, 'schematic'],
        what: `${name} has a schematic of its own, and its template is that of other nodes too`,
        why: 'its new machine would be made of the schematic of its role',
        fix: 'leave it out, or give each node its own template: module.templates["{node}"]',
      },
    ];
  });
}
