# Nodes, each with its own image: its schematic holds its address.

module "talos_node" {
  source   = "./modules/talos-node"
  for_each = var.nodes

  hostname        = each.key
  vm_id           = each.value.vm_id
  host            = each.value.host
  image_id        = each.value.image_id
  schematic_id    = each.value.schematic_id
  is_controlplane = each.value.is_controlplane
  ip_address      = each.value.ip_address
  mac_address     = each.value.mac_address
  user_data_file  = each.value.user_data_file
  cpu_cores       = var.cpu_cores
  memory_mb       = var.memory_mb
  disk_size_gb    = var.disk_size_gb
  vm_storage_pool = var.vm_storage_pool
  network_bridge  = var.network_bridge
  talos_version   = var.talos_version
}
