// Package v1beta1 holds the API group configuration.konghq.com/v1beta1: KongConsumerGroup.
//
// +kubebuilder:object:generate=true
// +groupName=configuration.konghq.com
package v1beta1
