terraform {
  # terraform_data and its provisioners are all it needs: no provider is downloaded. OpenTofu counts from 1.6 too.
  required_version = ">= 1.6.0"
}
