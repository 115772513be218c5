// Package v1 holds the API group configuration.konghq.com/v1: KongConsumer.
//
// +kubebuilder:object:generate=true
// +groupName=configuration.konghq.com
package v1
