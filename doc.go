// Package konnectkit is the root of the module.
package konnectkit
