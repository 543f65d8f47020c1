# Versions and schematics: declared in git (versions.auto.tfvars), and overridden with -var for one hop.

variable "talos_version" {
  description = "Talos Linux version, without its v"
  type        = string

  validation {
    condition     = can(regex("^\\d+\\.\\d+\\.\\d+", var.talos_version))
    error_message = "talos_version is written without its v: 1.12.1."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes version, without its v. It is the machine configurations' business; no VM depends on it."
  type        = string
}

variable "talos_schematic_controller" {
  description = "Image Factory schematic of the control planes"
  type        = string
}

variable "talos_schematic_worker" {
  description = "Image Factory schematic of the workers"
  type        = string
}

# Where VMs are created.

variable "vm_storage_pool" {
  description = "Storage pool of the VMs' disks"
  type        = string
  default     = "vms-ceph"
}

variable "network_bridge" {
  description = "Bridge of all network interfaces"
  type        = string
  default     = "vmbr1"
}

# Sizes by role.

variable "controlplane_cpu_cores" {
  type    = number
  default = 4
}

variable "controlplane_memory_mb" {
  type    = number
  default = 16384
}

variable "worker_cpu_cores" {
  type    = number
  default = 16
}

variable "worker_memory_mb" {
  type    = number
  default = 32768
}

variable "disk_size_gb" {
  type    = number
  default = 100
}

# The cluster (cluster.auto.tfvars.json).

variable "templates" {
  description = "Templates by host and role: baldar-control-plane"
  type = map(object({
    template_id = number
    host        = string
    role        = string
  }))
}

variable "control_nodes" {
  description = "Control planes by name"
  type = map(object({
    vm_id          = number
    host           = string
    template_id    = number
    ip_address     = string
    mac_address    = string
    vlans          = optional(list(number), [])
    gpu_mapping    = optional(string)
    user_data_file = optional(string)
  }))
}

variable "worker_nodes" {
  description = "Workers by name"
  type = map(object({
    vm_id          = number
    host           = string
    template_id    = number
    ip_address     = string
    mac_address    = string
    vlans          = optional(list(number), [])
    gpu_mapping    = optional(string)
    user_data_file = optional(string)
  }))
}

# How this configuration behaves.

variable "replace_on_new_version" {
  description = "Another talos_version replaces every VM. Without it only -replace does, and the version is the templates' alone."
  type        = bool
  default     = true
}
