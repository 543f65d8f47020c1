variable "hostname" {
  type = string
}

variable "vm_id" {
  type = number
}

variable "host" {
  type = string
}

variable "image_id" {
  description = "Id of the node's own image at the hypervisor"
  type        = number
}

variable "schematic_id" {
  type = string
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

variable "user_data_file" {
  description = "File with the machine configuration that comes with the VM"
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
  description = "With its v"
  type        = string
}
