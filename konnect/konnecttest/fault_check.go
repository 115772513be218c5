package konnecttest

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

var faultMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// check refuses a fault that no request can meet, which a test would not notice. Known are
// the patterns of the server's paths.
func (f Fault) check(known []string) error {
	var faults []error
	if f.Method != "" && !slices.Contains(faultMethods, f.Method) {
		faults = append(faults, fmt.Errorf("method %q is none of %s", f.Method, strings.Join(faultMethods, ", ")))
	}
	if f.Nth < 0 {
		faults = append(faults, fmt.Errorf("nth %d is before the first request; 1 is the first", f.Nth))
	}
	if f.Path != "" {
		faults = append(faults, checkPath(f.Path, known))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("inject fault: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return nil
}

func checkPath(pattern string, known []string) error {
	words := map[string]bool{} // that can only be words of the API
	globs := segments(pattern)
	for i, glob := range globs {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("path %q: %w in %q", pattern, err, glob)
		}
		if strings.Contains(glob, "?") && strings.Contains(glob, "=") {
			return fmt.Errorf("path %q has a query; use match for that", pattern)
		}
		// After ** the name of an entity, which could be any, would match every slip.
		if i > 0 && globs[i-1] == "**" && !strings.ContainsAny(glob, `*?[\`) && !isUUID(glob) {
			words[glob] = true
		}
	}
	couldMatch := func(glob, segment string) bool {
		if strings.HasPrefix(segment, "{") {
			return !words[glob]
		}
		return globMatches(glob, segment)
	}
	for _, endpoint := range known {
		if segmentsMatch(globs, segments(endpoint), couldMatch) {
			return nil
		}
	}
	return fmt.Errorf("path %q matches none that the server knows; a pattern is for the whole path, such as **/services/*", pattern)
}
