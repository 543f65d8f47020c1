output "templates" {
  description = "Templates by host and role"
  value       = { for name, template in module.templates : name => template.template_id }
}

output "control_plane_nodes" {
  description = "Control planes by name"
  value       = { for name, node in module.control_nodes : name => node.vm_info }
}

output "worker_nodes" {
  description = "Workers by name"
  value       = { for name, node in module.worker_nodes : name => node.vm_info }
}

output "gpu_worker_nodes" {
  description = "Workers with a card"
  value       = { for name, node in module.worker_nodes : name => node.vm_info if node.is_gpu }
}

output "cluster_summary" {
  description = "What this configuration describes"
  value = {
    control_plane_count = length(var.control_nodes)
    worker_count        = length(var.worker_nodes)
    talos_version       = var.talos_version
    kubernetes_version  = var.kubernetes_version
  }
}
