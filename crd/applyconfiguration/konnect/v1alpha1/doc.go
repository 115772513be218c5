// Package v1alpha1 holds the apply configurations of konnect.konghq.com/v1alpha1.
package v1alpha1
