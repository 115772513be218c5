// Package v1alpha1 holds the apply configurations of what several kinds share.
package v1alpha1
