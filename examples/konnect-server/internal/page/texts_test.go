package page

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain <b>": "plain <b>", "two\nlines": "two\nlines", "a\u202eb": `a\u202eb`, "\x1b[2J": `\x1b[2J`, "\xff": `\xff`, "日本": "日本",
		"no\u00a0break": `no\u00a0break`, "it's": "it's",
	} {
		assert.Equal(t, want, visible(text))
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ten chars.": "ten chars.", "eleven char": "eleven ch…", "日本語日本": "日本語日本", "日本語日本語": "日本語日…", "": "",
	} {
		assert.Equal(t, want, short(text, 10))
	}
}

func TestHolder(t *testing.T) {
	t.Parallel()
	cases := []struct {
		reason string
		tags   []string
		want   holder
	}{
		{"no tag", nil, holder{By: nobody}},
		{"ours", []string{"managed-by:konnectkit", "managed-owner:team", "managed-key:k", "x"}, holder{"konnectkit", "owner team, object k"}},
		{"ours, with an object's name", []string{"managed-by:konnectkit", "managed-owner:team", "managed-key:k", "k8s-kind:KongRoute", "k8s-name:a"}, holder{"konnectkit", "owner team, KongRoute a"}},
		{"a mark of ours alone proves nothing", []string{"managed-owner:team"}, holder{"decK, if it selects by a tag", "tags: managed-owner:team"}},
		{"the operator's", []string{"managed-by:kong-operator", "k8s-kind:KongRoute", "k8s-name:a", "k8s-namespace:b"}, holder{"Kong operator", "KongRoute b/a"}},
		{"the operator's, cut down to what it looks for", []string{"k8s-uid:u"}, holder{"Kong operator", ""}},
		{"of an ingress controller", []string{"managed-by-ingress-controller", "k8s-kind:Ingress", "k8s-name:a"}, holder{"Kong Ingress Controller", "Ingress a"}},
		{"another tool", []string{"managed-by:terraform"}, holder{By: "terraform"}},
		{"perhaps decK's", []string{"team-a", "ci"}, holder{"decK, if it selects by a tag", "tags: team-a, ci"}},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, holderOfTags(c.tags))
		})
	}
}

// Where collections share an ID, the name of the field says which is meant; a tag is no reference.
func TestReferences(t *testing.T) {
	t.Parallel()
	planes := planesOf(konnecttest.Dump{ControlPlanes: []konnecttest.ControlPlane{{ID: "cp", Entities: map[string][]konnecttest.Entity{
		"routes": {
			{"id": "1", "service": map[string]any{"id": "1"}},
			{"id": "2", "tags": []any{"1"}, "service": map[string]any{"id": "gone"}},
		},
		"services":        {{"id": "1", "ca_certificates": []any{"3"}, "host": "u"}},
		"ca_certificates": {{"id": "3"}},
		"upstreams":       {{"id": "4", "name": "u"}},
	}}}})
	var found []string
	for _, e := range planes[0].Entities() {
		for _, r := range e.Refers {
			found = append(found, e.Collection+" "+e.ID()+" "+r.Field+" "+r.To.Collection+" "+r.To.ID())
		}
	}
	assert.Equal(t, []string{"routes 1 service services 1", "services 1 ca_certificates ca_certificates 3", "services 1 host upstreams 4"}, found)
}
