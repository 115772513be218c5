package gatewayapi

import (
	"math/bits"
	"slices"
	"strings"
)

// region is a set of requests that a route of the gateway can match.
type region struct {
	host   hostname
	path   path
	method string
	// headers are sorted.
	headers []header
}

// meetOthers returns the conditions of both but those on the path, which are a's; false
// where no request meets them.
func meetOthers(a, b region) (region, bool) {
	met := region{path: a.path, method: a.method}
	var ok bool
	if met.host, ok = a.host.meet(b.host); !ok {
		return region{}, false
	}
	if a.method != b.method {
		if a.method != "" && b.method != "" {
			return region{}, false
		}
		met.method = a.method + b.method
	}
	if met.headers, ok = meetHeaders(a.headers, b.headers); !ok {
		return region{}, false
	}
	return met, true
}

// meetHeaders returns all of both; false where a header would need two values.
func meetHeaders(a, b []header) ([]header, bool) {
	if len(a) == 0 {
		return b, true
	}
	if len(b) == 0 {
		return a, true
	}
	met := slices.Concat(a, b)
	slices.SortFunc(met, compareHeaders)
	met = slices.Compact(met)
	for i := 1; i < len(met); i++ {
		if met[i].name == met[i-1].name {
			return nil, false
		}
	}
	return met, true
}

// coversOthers reports whether all requests of other meet the conditions of r but that on
// the path.
func (r region) coversOthers(other region) bool {
	if !r.host.covers(other.host) || r.method != "" && r.method != other.method {
		return false
	}
	for _, h := range r.headers {
		if !slices.Contains(other.headers, h) {
			return false
		}
	}
	return true
}

// id tells regions apart.
func (r region) id() string {
	var id strings.Builder
	id.WriteString(string(r.host))
	id.WriteByte(0)
	id.WriteByte('0' + byte(r.path.kind))
	id.WriteString(r.path.text)
	id.WriteByte(0)
	id.WriteString(r.method)
	for _, h := range r.headers {
		id.WriteByte(0)
		id.WriteString(h.name)
		id.WriteByte('=')
		id.WriteString(h.value)
	}
	return id.String()
}

// fields is the set of what a route matches besides the path.
type fields uint8

const (
	methodField fields = 1 << iota
	headerField
	hostField
)

func (r region) fields() fields {
	var set fields
	if r.method != "" {
		set |= methodField
	}
	if len(r.headers) > 0 {
		set |= headerField
	}
	if r.host != "" {
		set |= hostField
	}
	return set
}

// precedence is whether the gateway tries one route before another.
type precedence int

const (
	unsure precedence = iota
	// byCode is where the codes in regex_priority decide.
	byCode
	always
)

// before says whether the gateway tries a route of r before one of other, in both of its
// calculations: one looks at plain hosts first, the other at the number of fields. All
// routes match one expression, so that the path decides by regex_priority alone.
func (r region) before(other region) precedence {
	mine, theirs := r.fields(), other.fields()
	count, otherCount := bits.OnesCount8(uint8(mine)), bits.OnesCount8(uint8(theirs))
	plain, otherPlain := r.host.isPlain(), other.host.isPlain()
	switch {
	case count < otherCount || otherPlain && !plain:
		return unsure
	case count > otherCount || plain && !otherPlain:
		return always
	case mine == theirs && len(r.headers) >= len(other.headers):
		return byCode
	default:
		return unsure
	}
}
