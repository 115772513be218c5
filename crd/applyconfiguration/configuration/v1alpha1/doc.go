// Package v1alpha1 holds the apply configurations of configuration.konghq.com/v1alpha1.
package v1alpha1
