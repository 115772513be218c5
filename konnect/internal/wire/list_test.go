package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/konnect/internal/wire"
)

// script answers with one body after the other, and notes what was asked for.
type script struct {
	bodies []string
	asked  []string
}

func (s *script) get(_ context.Context, path string, query url.Values) ([]byte, error) {
	s.asked = append(s.asked, path+"?"+query.Encode())
	if len(s.asked) > len(s.bodies) {
		return nil, errors.New("there is no more")
	}
	return []byte(s.bodies[len(s.asked)-1]), nil
}

type read struct {
	reason string
	bodies []string
	want   []string
	asked  []string
	err    string
}

func (r read) run(t *testing.T, list func(wire.Get) ([]string, error)) {
	t.Helper()
	t.Run(r.reason, func(t *testing.T) {
		t.Parallel()
		s := &script{bodies: r.bodies}
		ids, err := list(s.get)
		if r.err != "" {
			require.EqualError(t, err, r.err)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, r.want, ids)
		assert.Equal(t, r.asked, s.asked)
	})
}

// odd are answers that no list may have.
func odd(path string) []read {
	prefix := "list " + path + ": "
	noData := prefix + "the answer has no data, so it is not known what there is"
	return []read{
		{reason: "null", bodies: []string{`null`}, err: noData},
		{reason: "no object", bodies: []string{`[]`}, err: noData},
		{reason: "null data", bodies: []string{`{"data":null}`}, err: noData},
		{reason: "no data", bodies: []string{`{}`}, err: noData},
		{
			reason: "data is no list", bodies: []string{`{"data":{}}`},
			err: prefix + "decode page: data: json: cannot unmarshal object into Go value of type []interface {}",
		},
		{reason: "no json", bodies: []string{`<html>`}, err: prefix + "decode page: invalid character '<' looking for beginning of value"},
		{reason: "an entity without an id", bodies: []string{`{"data":[{"name":"x"}]}`}, err: prefix + "an entity has no id, so the answer is not konnect's"},
		{reason: "null for an entity", bodies: []string{`{"data":[null]}`}, err: prefix + "an entity has no id, so the answer is not konnect's"},
		{reason: "no answer", err: "there is no more"},
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	const at = "/v2/control-planes/cp/core-entities/services"
	cases := append(odd(at), []read{
		{reason: "nothing", bodies: []string{`{"data":[]}`}, asked: []string{at + "?size=1000&tags=x"}},
		{
			reason: "two pages", bodies: []string{`{"data":[{"id":"1"}, {"id":"2"}],"offset":"n","next":"/x"}`, `{"next":null,"data":[{"id":"3"}]}`},
			want: []string{"1", "2", "3"}, asked: []string{at + "?size=1000&tags=x", at + "?offset=n&size=1000&tags=x"},
		},
		{
			reason: "pages that overlap", bodies: []string{`{"data":[{"id":"1"}],"offset":"n"}`, `{"data":[{"id":"1"},{"id":"2"}]}`},
			want: []string{"1", "2"}, asked: []string{at + "?size=1000&tags=x", at + "?offset=n&size=1000&tags=x"},
		},
		{
			reason: "a circle", bodies: []string{`{"data":[{"id":"1"}],"offset":"n"}`, `{"data":[{"id":"2"}],"offset":"n"}`},
			err: "list " + at + ": the list goes round in circles: it names a page again that was read",
		},
		{
			reason: "nothing new", bodies: []string{`{"data":[{"id":"1"}],"offset":"n"}`, `{"data":[{"id":"1"}],"offset":"m"}`},
			err: "list " + at + ": the list breaks off: after 1 entities a page has no new ones, though more are to follow",
		},
		{
			reason: "another page without an offset", bodies: []string{`{"data":[{"id":"1"}],"next":"/x"}`},
			err: "list " + at + ": the answer names another page, but not which",
		},
	}...)
	for _, c := range cases {
		c.run(t, func(get wire.Get) (ids []string, err error) {
			query := url.Values{"tags": {"x"}}
			err = wire.List(t.Context(), get, at, query, wire.Shape{}, func(e *wire.Entity) { ids = append(ids, e.ID) })
			assert.Equal(t, url.Values{"tags": {"x"}}, query, "the caller's query stays")
			return ids, err
		})
	}
}

func TestListEndsSomewhere(t *testing.T) {
	t.Parallel()
	n := 0
	err := wire.List(t.Context(), func(context.Context, string, url.Values) ([]byte, error) {
		n++
		return fmt.Appendf(nil, `{"data":[{"id":"%d"}],"offset":"%d"}`, n, n), nil
	}, "/x", nil, wire.Shape{}, func(*wire.Entity) {})
	require.EqualError(t, err, "list /x: the list does not end within 10000 pages")
}

func TestListWithoutPages(t *testing.T) {
	t.Parallel()
	s := &script{bodies: []string{`{"items":[{"id":"1"},{"id":"2"}],"page":{"total_count":2}}`}}
	var ids []string
	err := wire.List(t.Context(), s.get, "/x", nil, wire.Shape{Items: "items"}, func(e *wire.Entity) { ids = append(ids, e.ID) })
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, ids)
	assert.Equal(t, []string{"/x?"}, s.asked)
}

func TestListControlPlanes(t *testing.T) {
	t.Parallel()
	const at = "/v2/control-planes"
	page := func(number int) string {
		return at + "?" + url.Values{"filter[name][eq]": {"x"}, "page[size]": {"100"}, "page[number]": {fmt.Sprint(number)}}.Encode()
	}
	cases := append(odd(at), []read{
		{reason: "nothing", bodies: []string{`{"data":[],"meta":{"page":{"total":0}}}`}, asked: []string{page(1)}},
		{
			reason: "two pages", bodies: []string{`{"meta":{"page":{"total":2}},"data":[{"id":"1"}]}`, `{"data":[{"id":"2"}],"meta":{"page":{"total":2}}}`},
			want: []string{"1", "2"}, asked: []string{page(1), page(2)},
		},
		{
			reason: "no total", bodies: []string{`{"data":[{"id":"1"}],"meta":{}}`},
			err: "list " + at + ": the answer has no total, so it is not known what there is",
		},
		{
			reason: "a total that is never reached", bodies: []string{`{"data":[],"meta":{"page":{"total":1}}}`},
			err: "list " + at + ": the list breaks off: after 0 entities a page has no new ones, though more are to follow",
		},
	}...)
	for _, c := range cases {
		c.run(t, func(get wire.Get) (ids []string, err error) {
			filter := url.Values{"filter[name][eq]": {"x"}}
			err = wire.ListControlPlanes(t.Context(), get, filter, wire.Shape{}, func(e *wire.Entity) { ids = append(ids, e.ID) })
			return ids, err
		})
	}
}

func TestListMembers(t *testing.T) {
	t.Parallel()
	const at = "/v2/control-planes/g/group-memberships"
	size := url.Values{"page[size]": {"100"}}
	after := url.Values{"page[size]": {"100"}, "page[after]": {"c"}}
	which := "list " + at + ": the answer names another page, but not which"
	cases := append(odd(at), []read{
		{reason: "nothing", bodies: []string{`{"data":[],"meta":{"page":{"next":null}}}`}, asked: []string{at + "?" + size.Encode()}},
		{
			reason: "two pages", bodies: []string{`{"data":[{"id":"1"}],"meta":{"page":{"next":"/x?page%5Bafter%5D=c"}}}`, `{"data":[{"id":"2"}]}`},
			want: []string{"1", "2"}, asked: []string{at + "?" + size.Encode(), at + "?" + after.Encode()},
		},
		{reason: "no cursor", bodies: []string{`{"data":[{"id":"1"}],"meta":{"page":{"next":"/x"}}}`}, err: which},
		{reason: "no url", bodies: []string{`{"data":[{"id":"1"}],"meta":{"page":{"next":"%zz"}}}`}, err: which},
	}...)
	for _, c := range cases {
		c.run(t, func(get wire.Get) (ids []string, err error) {
			members, err := wire.ListMembers(t.Context(), get, "g")
			for _, e := range members {
				ids = append(ids, e.ID)
			}
			return ids, err
		})
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a b": "a%20b", "a/b": "a%2Fb", ".": "%2E", "..": "%2E%2E", "...": "...", "*.a": "%2A.a", "ä": "%C3%A4"} {
		assert.Equal(t, want, wire.Segment(text), text)
		back, err := url.PathUnescape(wire.Segment(text))
		require.NoError(t, err)
		assert.Equal(t, text, back)
	}
	assert.Equal(t, "/v2/control-planes/a%2Fb", wire.ControlPlanePath("a/b"))
	assert.Equal(t, "/v2/control-planes/a/core-entities/", wire.CorePath("a"))
}

// pages is a list of that many entities in pages as Konnect has them.
func pages(count int) []string {
	var bodies []string
	for start := 0; start < count; start += 1000 {
		var items []string
		for i := range 1000 {
			items = append(items, sample(start+i))
		}
		offset := "null"
		if start+1000 < count {
			offset = fmt.Sprintf("%q", fmt.Sprint(start))
		}
		bodies = append(bodies, `{"data":[`+strings.Join(items, ",")+`],"offset":`+offset+`}`)
	}
	return bodies
}

func BenchmarkList(b *testing.B) {
	bodies := pages(20_000)
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s, n := &script{bodies: bodies}, 0
			if err := wire.List(b.Context(), s.get, "/x", nil, routeShape(), func(*wire.Entity) { n++ }); err != nil || n != 20_000 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, body := range bodies {
				var page struct {
					Data []json.RawMessage `json:"data"`
				}
				if err := json.Unmarshal([]byte(body), &page); err != nil {
					b.Fatal(err)
				}
				for _, raw := range page.Data {
					var e struct {
						ID, Name string
						Service  struct{ ID string }
						Tags     []string
						Labels   map[string]string
					}
					if err := json.Unmarshal(raw, &e); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}
