output "nodes" {
  description = "Nodes by name"
  value       = { for name, node in module.talos_node : name => node.vm_info }
}
