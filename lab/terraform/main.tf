# Templates by host and role; control planes and workers cloned from them.
#
# A VM names its template by its fixed id, so replacing a template changes no VM, and -target on a node brings no
# template along. The first apply therefore has two parts: -target=module.templates, then everything.

locals {
  schematics = {
    control-plane = var.talos_schematic_controller
    worker        = var.talos_schematic_worker
  }
}

module "templates" {
  source   = "./modules/talos-template"
  for_each = var.templates

  template_id   = each.value.template_id
  template_name = "talos-${var.talos_version}-${each.value.role}-${each.value.host}"
  host          = each.value.host
  talos_version = var.talos_version
  schematic_id  = local.schematics[each.value.role]
}

module "control_nodes" {
  source   = "./modules/talos-node"
  for_each = var.control_nodes
  # depends_on = [module.templates]

  hostname        = each.key
  vm_id           = each.value.vm_id
  host            = each.value.host
  template_id     = each.value.template_id
  is_controlplane = true
  ip_address      = each.value.ip_address
  mac_address     = each.value.mac_address
  vlans           = each.value.vlans
  gpu_mapping     = each.value.gpu_mapping
  user_data_file  = each.value.user_data_file
  cpu_cores       = var.controlplane_cpu_cores
  memory_mb       = var.controlplane_memory_mb
  disk_size_gb    = var.disk_size_gb
  vm_storage_pool = var.vm_storage_pool
  network_bridge  = var.network_bridge
  talos_version   = var.replace_on_new_version ? var.talos_version : null
}

module "worker_nodes" {
  source   = "./modules/talos-node"
  for_each = var.worker_nodes
  # depends_on = [module.templates]

  hostname        = each.key
  vm_id           = each.value.vm_id
  host            = each.value.host
  template_id     = each.value.template_id
  is_controlplane = false
  ip_address      = each.value.ip_address
  mac_address     = each.value.mac_address
  vlans           = each.value.vlans
  gpu_mapping     = each.value.gpu_mapping
  user_data_file  = each.value.user_data_file
  cpu_cores       = var.worker_cpu_cores
  memory_mb       = var.worker_memory_mb
  disk_size_gb    = var.disk_size_gb
  vm_storage_pool = var.vm_storage_pool
  network_bridge  = var.network_bridge
  talos_version   = var.replace_on_new_version ? var.talos_version : null
}
