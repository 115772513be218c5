package gatewayapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// piece is one KongRoute: cells of one match that differ in their hosts alone.
type piece struct {
	region

	match     *match
	hosts     []hostname
	protocols protocols
	code      int
	// status of a redirect to https; 0 without one.
	status int
	// location of a redirect by plugin; empty without one.
	location string
}

// pieces groups cells, in the order of the first of each group.
func (p *plane) pieces(cells []*cell) []*piece {
	found := map[string]*piece{}
	var all []*piece
	for _, c := range cells {
		next := &piece{region: c.region, match: c.owner.match, protocols: c.owner.protocols, code: c.code}
		next.host = ""
		redirect := c.owner.match.of.action.redirect
		if c.owner.toHTTPS {
			next.protocols, next.status = overTLS, redirect.status
		} else if redirect != nil {
			next.location, _ = redirect.location(c.host, c.owner.match.of.of.bonds(p.key))
		}
		if c.redirect != nil {
			next.status = c.redirect.match.of.action.redirect.status
		}
		id := next.id() + c.owner.match.id() + strconv.Itoa(c.code) + strconv.FormatBool(c.host.isPlain()) + strconv.FormatBool(c.host == "") +
			strconv.Itoa(int(next.protocols)) + strconv.Itoa(next.status) + next.location
		if known := found[id]; known != nil {
			known.hosts = append(known.hosts, c.host)
			continue
		}
		next.hosts = []hostname{c.host}
		found[id] = next
		all = append(all, next)
	}
	for _, next := range all {
		slices.Sort(next.hosts)
	}
	return all
}

// id tells matches apart.
func (m *match) id() string {
	return m.of.id() + "#" + strconv.Itoa(m.index)
}

// detail is the part of a piece's name that says where it differs from its match; empty
// where it does not.
func (p *piece) detail() string {
	var parts []string
	if p.path.text != p.match.path.text || p.path.kind != p.match.path.kind {
		text := cmp.Or(slug(p.path.text), "root")
		if p.path.kind == exactPath {
			text = "exact-" + text
		}
		parts = append(parts, text)
	}
	if p.method != p.match.method {
		parts = append(parts, strings.ToLower(p.method))
	}
	for _, h := range p.headers {
		if !slices.Contains(p.match.headers, h) {
			parts = append(parts, slug(h.name+"-"+h.value))
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ".")
}

// slug returns the letters and digits of a text, with a dash for what is between them.
func slug(text string) string {
	var out strings.Builder
	gap := false
	for _, r := range strings.ToLower(text) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && out.Len() > 0 {
				out.WriteByte('-')
			}
			out.WriteRune(r)
			gap = false
			continue
		}
		gap = true
	}
	return out.String()
}

// namesOf names the pieces: <kind>.<namespace>.<route>.<rule>.<match>, with what a piece
// matches beyond its match, and with its first host where several differ in hosts alone.
func namesOf(pieces []*piece) []string {
	count := map[string]int{}
	names := make([]string, len(pieces))
	for i, p := range pieces {
		names[i] = p.match.of.base() + "." + strconv.Itoa(p.match.index)
		if detail := p.detail(); detail != "" {
			names[i] += "." + detail
		}
		count[names[i]]++
	}
	for i, p := range pieces {
		if count[names[i]] > 1 {
			names[i] += "." + strings.Replace(string(p.hosts[0]), "*", "any", 1)
		}
		names[i] = strings.Trim(names[i], ".")
	}
	return names
}
