package canon

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// Expand adds to paths those of an object that they mean: the last part of one may be a
// pattern, such as config.*secret*.
func Expand(object Object, paths []string) []string {
	all := slices.Clone(paths)
	for _, of := range paths {
		if !strings.Contains(of, "*") {
			continue
		}
		above, in := of[:strings.LastIndex(of, ".")+1], object
		for name := range strings.SplitSeq(strings.TrimSuffix(above, "."), ".") {
			if name != "" {
				in, _ = in[name].(Object)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(in)) {
			if covers(of, above+name) {
				all = append(all, above+name)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// covers reports whether a path, of which a part may be a pattern, leads to another one or
// above it.
func covers(of, other string) bool {
	if of == "" {
		return true
	}
	parts := strings.SplitN(other, ".", strings.Count(of, ".")+2)
	matches, err := path.Match(of, strings.Join(parts[:min(len(parts), strings.Count(of, ".")+1)], "."))
	return err == nil && matches
}
