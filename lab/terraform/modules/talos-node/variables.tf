variable "hostname" {
  type = string
}

variable "vm_id" {
  type = number
}

variable "host" {
  type = string
}

variable "template_id" {
  type = number
}

variable "is_controlplane" {
  type = bool
}

variable "ip_address" {
  type = string
}

variable "mac_address" {
  type = string
}

variable "vlans" {
  type    = list(number)
  default = []
}

variable "gpu_mapping" {
  type    = string
  default = null
}

variable "user_data_file" {
  description = "File with a machine configuration that comes with the VM; without one it waits in maintenance mode"
  type        = string
  default     = null
}

variable "cpu_cores" {
  type = number
}

variable "memory_mb" {
  type = number
}

variable "disk_size_gb" {
  type = number
}

variable "vm_storage_pool" {
  type = string
}

variable "network_bridge" {
  type = string
}

variable "talos_version" {
  description = "Replaces the VM when it changes; null where it should not"
  type        = string
  default     = null
}
