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
			return jsonReply(http.StatusOK, []byte(at.row.wrap(joined(*source), len(*source)))), nil
		}
		page, more := q.page(source)
		return jsonReply(http.StatusOK, c.pageBody(at, page, more)), nil
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
	if at.row.nameFilter && at.below == nil {
		q.name, q.contains = params.Get("filter[name][eq]"), params.Get("filter[name][contains]")
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

func (q query) page(source *ordered) (page []*entity, more bool) {
	for _, e := range source.after(q.after) {
		if !q.wants(e) {
			continue
		}
		if len(page) == q.size {
			return page, true
		}
		page = append(page, e)
	}
	return page, false
}

func (q query) wants(e *entity) bool {
	name := text(e.values, "name")
	if (q.name != "" && name != q.name) || !strings.Contains(name, q.contains) {
		return false
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

// pageBody writes a page from the entities' encoded forms.
func (c *call) pageBody(at place, page []*entity, more bool) []byte {
	body := &bytes.Buffer{}
	body.WriteString(`{"data":[`)
	body.Write(joined(page))
	body.WriteString(`],"next":`)
	if !more {
		body.WriteString(`null}`)
		return body.Bytes()
	}
	token := writeOffset(at.row.path, page[len(page)-1].seq)
	body.Write(mustEncode(c.nextURI(token)))
	body.WriteString(`,"offset":"` + token + `"}`)
	return body.Bytes()
}

// joined is the items of a JSON list of entities.
func joined(entities []*entity) []byte {
	items := make([][]byte, len(entities))
	for i, e := range entities {
		items[i] = e.encoded
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
