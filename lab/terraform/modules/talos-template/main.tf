# A template is created once; another version or schematic replaces it under the same id.
resource "terraform_data" "template" {
  input = {
    id            = var.template_id
    name          = var.template_name
    host          = var.host
    talos_version = var.talos_version
    schematic     = var.schematic_id
  }

  triggers_replace = [var.template_id, var.host, var.talos_version, var.schematic_id]

  provisioner "local-exec" {
    interpreter = ["node"]
    command     = "${path.module}/../../hypervisor-call.mjs"
    environment = {
      HYPERVISOR_CALL = "create-template"
      HYPERVISOR_BODY = jsonencode(self.input)
    }
  }

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["node"]
    command     = "${path.module}/../../hypervisor-call.mjs"
    environment = {
      HYPERVISOR_CALL = "destroy-template"
      HYPERVISOR_BODY = jsonencode(self.output)
    }
  }
}
