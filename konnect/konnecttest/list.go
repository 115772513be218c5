package konnecttest

import (
	"bytes"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPage = 100
	largestPage = 1000
)

// query is what a list of core entities was asked for.
type query struct {
	size     int
	after    uint64
	allTags  []string
	anyTags  []string
	name     string
	contains string
	exact    map[string]string // by field
}

func (s *Server) listEntities(at place) handler {
	return func(c *call) (reply, *failure) {
		q, fail := c.query(at, s.set.nestedTags)
		if fail != nil {
			return reply{}, fail
		}
		s.store.mu.RLock()
		defer s.store.mu.RUnlock()
		sc, fail := s.scope(c, at)
		if fail != nil {
			return reply{}, fail
		}
		source, fail := sc.source(c, at, q)
		if fail != nil {
			return reply{}, fail
		}
		if at.row.wrap != nil {
			return jsonReply(http.StatusOK, []byte(at.row.wrap(sc.joined(*source), len(*source)))), nil
		}
		p := q.page(source, at.row.filters.name, func(e *entity) *entity { return e })
		return jsonReply(http.StatusOK, c.pageBody(at.row.path, p, sc.joined(p.entities))), nil
	}
}

// query reads the parameters; those that a list does not know are ignored.
func (c *call) query(at place, nestedTags bool) (query, *failure) {
	params := c.request.URL.Query()
	q := query{size: defaultPage}
	if size := params.Get("size"); size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > largestPage {
			return q, c.invalidQuery("size", "must be an integer between 1 and 1000")
		}
		q.size = n
	}
	if token := params.Get("offset"); token != "" {
		after, ok := readOffset(at.row.path, token)
		if !ok {
			return q, c.invalidQuery("offset", "is not one that a list has returned")
		}
		q.after = after
	}
	if at.below == nil {
		q.filter(params, at.row.filters)
	}
	tags := params.Get("tags")
	switch {
	case tags == "" || (at.below != nil && !nestedTags):
	case strings.Contains(tags, ",") && strings.Contains(tags, "/"):
		return q, c.invalidQuery("tags", "must combine with , or with / and not with both")
	case strings.Contains(tags, "/"):
		q.anyTags = strings.Split(tags, "/")
	default:
		q.allTags = strings.Split(tags, ",")
	}
	return q, nil
}

func (q *query) filter(params url.Values, known filters) {
	if known.name != "" {
		q.name, q.contains = params.Get("filter[name][eq]"), params.Get("filter[name][contains]")
	}
	for _, field := range known.exact {
		if value := params.Get(field); value != "" {
			q.exact = map[string]string{field: value}
		}
	}
}

// source is the shortest list that has all the entities asked for.
func (sc *scope) source(c *call, at place, q query) (*ordered, *failure) {
	source := &sc.table.all
	within, fail := sc.within(c, at)
	if fail != nil {
		return nil, fail
	}
	if within != nil {
		i := slices.IndexFunc(at.row.foreign, func(f foreign) bool { return f.field == at.below.field })
		source = sc.table.foreign[i].get(text(within, at.below.field+".id"))
	}
	for _, tag := range q.allTags {
		if tagged := sc.table.tags.get(tag); within == nil && len(*tagged) < len(*source) {
			source = tagged
		}
	}
	return source, nil
}

// page is a part of a list.
type page struct {
	entities []*entity
	last     uint64 // sequence of what the last one was listed by
	more     bool
}

// page cuts one from a list of what of leads to the entities asked for. Names are those
// of the field.
func (q query) page(source *ordered, nameField string, of func(*entity) *entity) page {
	var p page
	for _, e := range source.after(q.after) {
		wanted := of(e)
		if !q.wants(wanted, nameField) {
			continue
		}
		if len(p.entities) == q.size {
			p.more = true
			return p
		}
		p.entities, p.last = append(p.entities, wanted), e.seq
	}
	return p
}

func (q query) wants(e *entity, nameField string) bool {
	name := text(e.values, nameField)
	if (q.name != "" && name != q.name) || !strings.Contains(name, q.contains) {
		return false
	}
	for field, value := range q.exact {
		if text(e.values, field) != value {
			return false
		}
	}
	if q.allTags == nil && q.anyTags == nil {
		return true
	}
	tags := texts(e.values["tags"])
	for _, tag := range q.allTags {
		if !slices.Contains(tags, tag) {
			return false
		}
	}
	return q.anyTags == nil || slices.ContainsFunc(q.anyTags, func(tag string) bool { return slices.Contains(tags, tag) })
}

// pageBody writes a page of a collection from its encoded items.
func (c *call) pageBody(path string, p page, items []byte) []byte {
	body := &bytes.Buffer{}
	body.WriteString(`{"data":[`)
	body.Write(items)
	body.WriteString(`],"next":`)
	if !p.more {
		body.WriteString(`null}`)
		return body.Bytes()
	}
	token := writeOffset(path, p.last)
	body.Write(mustEncode(c.nextURI(token)))
	body.WriteString(`,"offset":"` + token + `"}`)
	return body.Bytes()
}

// joined is the items of a JSON list of entities.
func (sc *scope) joined(entities []*entity) []byte {
	items := make([][]byte, len(entities))
	for i, e := range entities {
		items[i] = sc.shown(e)
	}
	return bytes.Join(items, []byte(","))
}

func (c *call) nextURI(token string) string {
	params := url.Values{}
	maps.Copy(params, c.request.URL.Query())
	params.Set("offset", token)
	if params.Get("size") == "" {
		params.Set("size", strconv.Itoa(defaultPage))
	}
	return c.request.URL.EscapedPath() + "?" + params.Encode()
}

// Offsets name the last entity of a page, so that a walk neither skips nor repeats what
// was there all along.
func writeOffset(path string, seq uint64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(path + ":" + strconv.FormatUint(seq, 10)))
}

func readOffset(path, token string) (uint64, bool) {
	plain, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	number, found := strings.CutPrefix(string(plain), path+":")
	seq, err := strconv.ParseUint(number, 10, 64)
	return seq, found && err == nil
}
