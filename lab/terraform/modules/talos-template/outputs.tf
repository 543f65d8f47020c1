output "template_id" {
  value = var.template_id
}
