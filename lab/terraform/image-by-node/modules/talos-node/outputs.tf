output "vm_info" {
  value = {
    vm_id       = terraform_data.vm.output.vmid
    uuid        = terraform_data.vm.id
    host        = var.host
    mac_address = var.mac_address
    ip_address  = var.ip_address
    role        = var.is_controlplane ? "control-plane" : "worker"
  }
}
