package main

import (
	"maps"
	"slices"
)

// justified says for each path at which the definitions may differ why they do. It is
// empty: they accept the same objects.
func justified() map[string]string { return map[string]string{} }

// judge returns the differences that no reason justifies, and the paths of reasons that
// justify nothing.
func judge(differences []difference, reasons map[string]string) (open []difference, stale []string) {
	unused := maps.Clone(reasons)
	for _, d := range differences {
		if _, ok := reasons[d.Path]; !ok {
			open = append(open, d)
		}
		delete(unused, d.Path)
	}
	return open, slices.Sorted(maps.Keys(unused))
}
