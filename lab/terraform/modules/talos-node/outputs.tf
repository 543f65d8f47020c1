output "vm_info" {
  description = "What machine configurations and DHCP need to know"
  value = {
    vm_id       = terraform_data.vm.output.vmid
    uuid        = terraform_data.vm.id
    host        = var.host
    mac_address = var.mac_address
    ip_address  = var.ip_address
    role        = var.is_controlplane ? "control-plane" : "worker"
  }
}

output "is_gpu" {
  value = var.gpu_mapping != null
}
