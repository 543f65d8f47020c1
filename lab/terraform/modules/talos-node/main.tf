locals {
  # The first interface is in the nodes' own network and keeps its MAC, which DHCP knows; the hypervisor generates the others'.
  nics = concat(
    [{ mac = var.mac_address, vlan = "untagged", model = "virtio" }],
    [for vlan in var.vlans : { mac = null, vlan = tostring(vlan), model = "virtio" }],
  )
}

resource "terraform_data" "vm" {
  input = {
    vmid           = var.vm_id
    name           = var.hostname
    host           = var.host
    template       = var.template_id
    cpu            = var.cpu_cores
    memory_mb      = var.memory_mb
    disk_gb        = var.disk_size_gb
    pool           = var.vm_storage_pool
    bridge         = var.network_bridge
    nics           = local.nics
    pci            = var.gpu_mapping == null ? [] : [var.gpu_mapping]
    user_data_file = var.user_data_file
    talos_version  = var.talos_version
  }

  # Attributes that cannot be changed in place. The template is named by its id: replacing it replaces no VM.
  triggers_replace = {
    vmid          = var.vm_id
    host          = var.host
    template      = var.template_id
    talos_version = var.talos_version
  }

  provisioner "local-exec" {
    interpreter = ["node"]
    command     = "${path.module}/../../hypervisor-call.mjs"
    environment = {
      HYPERVISOR_CALL = "create-vm"
      HYPERVISOR_BODY = jsonencode(merge(self.input, { uuid = self.id }))
    }
  }

  provisioner "local-exec" {
    when        = destroy
    interpreter = ["node"]
    command     = "${path.module}/../../hypervisor-call.mjs"
    environment = {
      HYPERVISOR_CALL = "destroy-vm"
      HYPERVISOR_BODY = jsonencode(self.output)
    }
  }
}
