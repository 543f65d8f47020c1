terraform {
  # It needs only terraform_data and its provisioners: no provider is downloaded. OpenTofu counts from 1.6 too.
  required_version = ">= 1.6.0"
}
