// Package optional reads fields that may be unset.
package optional

// Value returns what p points to; the zero value for nil.
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
