package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// disagreement is what both sides say differently about one request.
type disagreement struct {
	request request
	server  verdict
	library verdict
	// what they disagree about, with its paths.
	what  string
	paths []string
}

func (d disagreement) String() string {
	return fmt.Sprintf("%s: %s\nrequest: %s\nserver:  %s\nlibrary: %s", d.what, strings.Join(d.paths, ", "),
		d.request.body, d.server, d.library)
}

func (v verdict) String() string {
	switch {
	case v.accepted:
		return "accepted"
	case v.undecodable:
		return "undecodable: " + v.message
	default:
		return "invalid: " + v.message
	}
}

// compare returns what both sides say differently; false when they agree.
func compare(r request, of *property, server, library verdict) (disagreement, bool) {
	d := disagreement{request: r, server: server, library: library}
	switch {
	case server.accepted != library.accepted:
		d.what = "verdict"
	case server.accepted:
		d.what = "result"
		d.paths = contrast(stored(r, server.result), stored(r, library.result), "")
	case server.undecodable && !library.undecodable:
		d.what = "undecodable"
	case server.undecodable:
		// Wrong types, which an API server looks for later, may be among ours.
		d.what, d.paths = "fields of decoding", missing(server.fields, library.fields)
	case library.undecodable:
		// What cannot be decoded is not validated: the API server may know more.
		d.what, d.paths = "fields of decoding", missing(library.fields, server.fields)
	default:
		d.what, d.paths = "fields", differingFields(r.kind, of, server, library)
	}
	return d, d.what == "verdict" || d.what == "undecodable" || len(d.paths) > 0
}

// missing lists the paths of want that are not in got.
func missing(want, got []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(path string) bool { return slices.Contains(got, path) })
}

// plain writes the keys of maps without quotes, as an API server does.
func plain(path string) string {
	return quotedKey.ReplaceAllStringFunc(path, func(key string) string {
		unquoted, err := strconv.Unquote(key[1 : len(key)-1])
		if err != nil {
			return key
		}
		return "." + unquoted
	})
}

var quotedKey = regexp.MustCompile(`\["(?:[^"\\]|\\.)*"\]`)

// differingFields lists the paths that only one side names.
func differingFields(k *kind, of *property, server, library verdict) []string {
	differing := missing(server.fields, append([]string{root}, library.fields...))
	isWhole := func(path string) bool { return slices.Contains(k.whole, path) }
	for _, path := range missing(library.fields, server.fields) {
		// The API server stops before the rules where something simpler is wrong.
		leftOut := server.partly && (hasRule(of, path) || isWhole(path))
		ruleOfWhole := slices.Contains(server.fields, root) && isWhole(path)
		if !leftOut && !ruleOfWhole {
			differing = append(differing, path)
		}
	}
	if slices.Contains(server.fields, root) && !slices.ContainsFunc(library.fields, isWhole) {
		differing = append(differing, root)
	}
	return differing
}

// hasRule tells whether the schema has a rule at a path such as spec.tags.
func hasRule(of *property, path string) bool {
	at := of.at(steps(path))
	return at != nil && len(at.XValidations) > 0
}

// steps cuts a path such as spec.a[0].b into spec, a, 0 and b.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' })
}

// stored is what of a result can be compared: what the request says, and the defaults.
func stored(r request, result tree) tree {
	object := cloneTree(result)
	metadata, _ := object["metadata"].(tree)
	for _, key := range []string{"uid", "creationTimestamp", "generation", "managedFields", "resourceVersion", "namespace"} {
		delete(metadata, key)
	}
	if r.before == nil && slices.Contains(slices.Collect(maps.Keys(result)), "status") && hasStatus(r.body) {
		delete(object, "status") // an API server ignores that of a new object
	}
	if status, ok := object["status"].(tree); ok && len(status) == 0 {
		delete(object, "status") // a Go struct is never left out
	}
	return object
}

func hasStatus(body []byte) bool {
	var object struct {
		Status json.RawMessage `json:"status"`
	}
	return json.Unmarshal(body, &object) == nil && object.Status != nil
}

// emptyMark follows the path of an empty string or 0 that the server stores and the library drops.
const emptyMark = " (empty)"

// contrast lists the paths at which two values differ.
func contrast(server, library any, path string) []string {
	switch server := server.(type) {
	case tree:
		if library, ok := library.(tree); ok {
			return contrastObjects(server, library, path)
		}
	case []any:
		if library, ok := library.([]any); ok && len(server) == len(library) {
			var differing []string
			for i := range server {
				differing = append(differing, contrast(server[i], library[i], fmt.Sprintf("%s[%d]", path, i))...)
			}
			return differing
		}
	case json.Number:
		if library, ok := library.(json.Number); ok && sameNumber(server, library) {
			return nil
		}
	default:
		if server == library {
			return nil
		}
	}
	return []string{path}
}

func contrastObjects(server, library tree, path string) []string {
	keys := maps.Clone(server)
	maps.Copy(keys, library)
	var differing []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		at := strings.TrimPrefix(path+"."+key, ".")
		_, known := library[key]
		switch {
		case !known && isZero(server[key]):
			differing = append(differing, at+emptyMark)
		default:
			differing = append(differing, contrast(server[key], library[key], at)...)
		}
	}
	return differing
}

func isZero(value any) bool { return value == "" || value == json.Number("0") }

func sameNumber(a, b json.Number) bool {
	if x, err := a.Int64(); err == nil {
		if y, err := b.Int64(); err == nil {
			return x == y
		}
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}
