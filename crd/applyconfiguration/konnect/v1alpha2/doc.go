// Package v1alpha2 holds the apply configurations of konnect.konghq.com/v1alpha2.
package v1alpha2
