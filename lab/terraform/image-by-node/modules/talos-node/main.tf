# The image is created and destroyed with the machine.
module "image" {
  source = "../talos-template"

  template_id   = var.image_id
  template_name = "talos-${var.hostname}"
  host          = var.host
  talos_version = trimprefix(var.talos_version, "v")
  schematic_id  = var.schematic_id
}

resource "terraform_data" "vm" {
  depends_on = [module.image]

  input = {
    vmid           = var.vm_id
    name           = var.hostname
    host           = var.host
    template       = var.image_id
    cpu            = var.cpu_cores
    memory_mb      = var.memory_mb
    disk_gb        = var.disk_size_gb
    pool           = var.vm_storage_pool
    bridge         = var.network_bridge
    nics           = [{ mac = var.mac_address, vlan = "untagged", model = "virtio" }]
    pci            = []
    user_data_file = var.user_data_file
    talos_version  = var.talos_version
  }

  triggers_replace = {
    vmid          = var.vm_id
    host          = var.host
    template      = var.image_id
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
