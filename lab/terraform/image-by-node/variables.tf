# The version: declared in git (versions.auto.tfvars), and overridden with -var for one hop.

variable "talos_version" {
  description = "Talos Linux version, with its v"
  type        = string

  validation {
    condition     = can(regex("^v\\d+\\.\\d+\\.\\d+", var.talos_version))
    error_message = "talos_version is written with its v: v1.11.2."
  }
}

# Where VMs are created, and their size.

variable "vm_storage_pool" {
  type    = string
  default = "local-lvm"
}

variable "network_bridge" {
  type    = string
  default = "vmbr0"
}

variable "cpu_cores" {
  type    = number
  default = 4
}

variable "memory_mb" {
  type    = number
  default = 8192
}

variable "disk_size_gb" {
  type    = number
  default = 100
}

# The cluster (cluster.auto.tfvars.json).

variable "nodes" {
  description = "Nodes by name"
  type = map(object({
    vm_id           = number
    host            = string
    image_id        = number
    schematic_id    = string
    is_controlplane = bool
    ip_address      = string
    mac_address     = string
    user_data_file  = optional(string)
  }))
}
