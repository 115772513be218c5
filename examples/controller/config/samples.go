// Package config holds what is applied to a cluster: see kustomization.yaml.
package config

import _ "embed"

// howTo is the sample that README.md begins with.
//
//go:embed samples/how-to.yaml
var howTo string

// HowTo returns the sample as YAML.
func HowTo() string { return howTo }
