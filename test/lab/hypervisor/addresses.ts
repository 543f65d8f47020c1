/** A node's module, as `-target` takes it. */
export const nodeModule = (name: string): string =>
  `module.${name.includes('ctrl') ? 'control' : 'worker'}_nodes["${name}"]`;

/** A node's VM, as `-replace` takes it. */
export const vm = (name: string): string => `${nodeModule(name)}.terraform_data.vm`;

/** A template, by `<host>-<role>`. */
export const template = (name: string): string => `module.templates["${name}"].terraform_data.template`;

/** One node replaced, and nothing else. */
export const oneNode = (name: string): string[] => [`-target=${nodeModule(name)}`, `-replace=${vm(name)}`];
