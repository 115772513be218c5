// Package terraform writes import blocks of Terraform for what objects stand for in
// Konnect, so that Terraform can look after entities that konnectkit has made.
//
// A block names a resource of the provider kong/konnect and the IDs of the entity, which come
// from the object's status: provision the objects first. Terraform 1.5 and later import what
// blocks name, and write the resources themselves:
//
//	terraform plan -generate-config-out=generated.tf
//
// Release the entities before (konnect.Client.Release), or the marks of konnectkit become
// tags of the resources.
package terraform
