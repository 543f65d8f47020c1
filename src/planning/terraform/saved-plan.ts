import semver from 'semver';

/**
 * From here on a saved plan is applied with the variables it was made with again; before, that is refused ("Can't set
 * variables when applying a saved plan": OpenTofu to 1.10; Terraform 1.10 compares lists and objects wrongly).
 *
 * OpenTofu holds all it is given against the plan, files of Git among them (`*.auto.tfvars`): a hop whose value is not the one of
 * Git would be refused ("Mismatch between input and plan variable value"; opentofu#1998, released in 1.11.0). And both ask again
 * for ephemeral variables, which no plan holds.
 */
const variablesAgain = '1.11.0';

/** Whether an apply of a saved plan needs that plan's variables. @param version of Terraform or OpenTofu: `1.11.4`. */
export function wantsVariablesAgain(version: string): boolean {
  return semver.gte(version, variablesAgain);
}
