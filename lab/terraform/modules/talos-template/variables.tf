variable "template_id" {
  type = number
}

variable "template_name" {
  type = string
}

variable "host" {
  type = string
}

variable "talos_version" {
  type = string
}

variable "schematic_id" {
  type = string
}
