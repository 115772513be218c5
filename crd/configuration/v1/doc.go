// Package v1 holds the API group configuration.konghq.com/v1: KongClusterPlugin, KongConsumer and KongPlugin.
//
// +kubebuilder:object:generate=true
// +groupName=configuration.konghq.com
package v1
