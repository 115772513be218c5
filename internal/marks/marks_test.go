package marks_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
)

func route() crd.Key {
	return crd.Key{Group: "configuration.konghq.com", Kind: "KongRoute", Namespace: "shop", Name: "cart"}
}

// The values are what entities in Konnect carry, so no change may touch them.
func TestIDsStay(t *testing.T) {
	t.Parallel()
	id := marks.EntityID("0b4b5f4e-0000-4000-8000-000000000001", "default", route())
	assert.Equal(t, "a2927e2b-1436-51c1-a574-772fa3e471d5", marks.KeyOf(route()))
	assert.Equal(t, "540935f4-95ce-599d-bbff-87dd3d76079a", id)
	assert.Equal(t, "d9b3a2a8-aa3f-58c1-964c-88c75724c6f6", marks.NextID(id))
}

func TestIDsTellApart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, c := range []struct{ reason, controlPlane, owner, namespace, name string }{
		{"one", "cp", "me", "a", "b"},
		{"another control plane", "cp2", "me", "a", "b"},
		{"another owner", "cp", "you", "a", "b"},
		{"another namespace", "cp", "me", "b", "b"},
		{"another name", "cp", "me", "a", "a"},
		{"parts do not run into each other", "cp", "me", "ab", ""},
	} {
		id := marks.EntityID(c.controlPlane, c.owner, crd.Key{Kind: "K", Namespace: c.namespace, Name: c.name})
		assert.NotContains(t, seen, id, "%s equals %s", c.reason, seen[id])
		seen[id] = c.reason
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	key := route()
	own := []string{"managed-by:konnectkit", "managed-owner:me", "managed-key:" + marks.KeyOf(key)}
	readable := []string{"k8s-name:cart", "k8s-namespace:shop", "k8s-kind:KongRoute"}
	var many []string
	for i := range marks.MaxTags - 4 {
		many = append(many, fmt.Sprintf("tag%d", i))
	}
	cluster := crd.Key{Group: key.Group, Kind: "KongVault", Name: "env"}
	cases := []struct {
		reason string
		user   []string
		key    crd.Key
		policy crd.DeletionPolicy
		want   []string
	}{
		{"marks alone", nil, key, "", slices.Concat(own, readable)},
		{"the default policy needs no mark", nil, key, crd.DeletionPolicyDelete, slices.Concat(own, readable)},
		{"a policy is a mark", nil, key, crd.DeletionPolicyProtect, slices.Concat(own, []string{"managed-deletion:protect"}, readable)},
		{"the user's come first, each once", []string{"b", "a", "b"}, key, "", slices.Concat([]string{"b", "a"}, own, readable)},
		{"readable ones give way", many, key, "", slices.Concat(many, own, readable[:1])},
		{"all readable ones give way", many, key, crd.DeletionPolicyRetain, slices.Concat(many, own, []string{"managed-deletion:retain"})},
		{
			"an object of the cluster has no namespace", nil, cluster, "",
			[]string{"managed-by:konnectkit", "managed-owner:me", "managed-key:" + marks.KeyOf(cluster), "k8s-name:env", "k8s-kind:KongVault"},
		},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			tags := marks.Tags(c.user, "me", c.key, c.policy)
			assert.Equal(t, c.want, tags)
			assert.LessOrEqual(t, len(tags), marks.MaxTags)
			for _, tag := range tags {
				assert.Equal(t, !slices.Contains(c.user, tag), marks.Is(tag), tag)
			}
		})
	}
}

func TestLongNamesAreCut(t *testing.T) {
	t.Parallel()
	key := route()
	key.Name = strings.Repeat("ä", 62) + "-" + strings.Repeat("ä", 190)
	for _, tag := range marks.Tags(nil, "me", key, "") {
		assert.LessOrEqual(t, utf8.RuneCountInString(tag), marks.MaxTagLength)
	}
	labels := marks.Labels(nil, 0, "me", key, "")
	assert.Equal(t, strings.Repeat("ä", 62), labels[marks.Name], "no dash at the end of a label")
}

func TestLabels(t *testing.T) {
	t.Parallel()
	assert.Equal(t, map[string]string{
		"team": "a", "managed-by": "konnectkit", "managed-owner": "me", "managed-key": marks.KeyOf(route()),
		"managed-deletion": "retain", "k8s-kind": "KongRoute", "k8s-namespace": "shop", "k8s-name": "cart",
	}, marks.Labels(map[string]string{"team": "a"}, 0, "me", route(), crd.DeletionPolicyRetain))
	assert.Len(t, marks.Labels(nil, marks.MaxLabels-4, "me", route(), ""), 4, "readable ones give way to labels of others")
}

func TestCountIsWhatTagsNeed(t *testing.T) {
	t.Parallel()
	for policy, want := range map[crd.DeletionPolicy]int{"": 3, "delete": 3, "retain": 4, "protect": 4} {
		assert.Equal(t, want, marks.Count(policy), policy)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	key := route()
	cases := []struct {
		reason                string
		tags                  []string
		labels                map[string]string
		holder                string
		ours, unmarked, kongs bool
		policy                crd.DeletionPolicy
	}{
		{"nothing", nil, nil, "nobody", false, true, false, "delete"},
		{"tags of people", []string{"a", "b:c"}, nil, "nobody", false, true, false, "delete"},
		{"ours, as tags", marks.Tags(nil, "me", key, ""), nil, "owner me (KongRoute shop/cart)", true, false, false, "delete"},
		{"ours, as labels", nil, marks.Labels(nil, 0, "me", key, "retain"), "owner me (KongRoute shop/cart)", true, false, false, "retain"},
		{"ours, of the cluster", marks.Tags(nil, "me", crd.Key{Kind: "KongVault", Name: "env"}, ""), nil, "owner me (KongVault env)", true, false, false, "delete"},
		{"ours, but another owner's", marks.Tags(nil, "you", key, "protect"), nil, "owner you (KongRoute shop/cart)", false, false, false, "protect"},
		{"ours, nothing readable", []string{"managed-by:konnectkit", "managed-owner:me"}, nil, "owner me", true, false, false, "delete"},
		{"a policy that is not known keeps", []string{"managed-by:konnectkit", "managed-owner:me", "managed-deletion:later"}, nil, "owner me", true, false, false, "protect"},
		{"a policy counts with our mark only", []string{"managed-deletion:protect"}, nil, "nobody", false, true, false, "delete"},
		{"the operator's", []string{"k8s-uid:1", "k8s-group:g"}, nil, "kong-operator", false, false, true, "delete"},
		{"the operator's, by name", []string{"managed-by:kong-operator"}, nil, "kong-operator", false, false, true, "delete"},
		{"ours, with the operator's left over", []string{"managed-by:konnectkit", "managed-owner:me", "k8s-uid:1"}, nil, "owner me", true, false, false, "delete"},
		{"another tool's", []string{"managed-by:terraform"}, nil, "terraform", false, false, false, "delete"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			o := marks.Read(c.tags, c.labels)
			assert.Equal(t, c.holder, o.Holder())
			assert.Equal(t, c.ours, o.Ours("me"))
			assert.Equal(t, c.unmarked, o.Unmarked())
			assert.Equal(t, c.kongs, o.IsOperators())
			assert.Equal(t, c.policy, o.DeletionPolicy())
			if o.ManagedBy == marks.Us {
				assert.Empty(t, o.Tags())
			} else {
				assert.Equal(t, c.tags, o.Tags())
			}
		})
	}
}

func TestWithSecret(t *testing.T) {
	t.Parallel()
	key := crd.Key{Group: "g", Kind: "K", Namespace: "ns", Name: "n"}
	user := func(n int) []string {
		var tags []string
		for i := range n {
			tags = append(tags, "t"+strconv.Itoa(i))
		}
		return tags
	}
	for _, c := range []struct {
		reason   string
		user     int
		readable []string // those that are left
		total    int
	}{
		{"beside the others", 0, []string{"k8s-name:n", "k8s-namespace:ns", "k8s-kind:K"}, 7},
		{"in place of the last readable mark", 14, []string{"k8s-name:n", "k8s-namespace:ns"}, 20},
		{"in place of the only readable mark", 16, nil, 20},
		{"no room", 17, nil, 21},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			before := marks.Tags(user(c.user), "o", key, "")
			tags := marks.WithSecret(before, "new")
			assert.Len(t, tags, c.total)
			assert.Contains(t, tags, "managed-secret:new")
			var readable []string
			for _, tag := range tags {
				if strings.HasPrefix(tag, "k8s-") {
					readable = append(readable, tag)
				}
			}
			assert.Equal(t, c.readable, readable)
			assert.Equal(t, tags[:c.user+3], before[:c.user+3], "all others stay, in their order")
			again := marks.WithSecret(append(slices.Clone(before), "managed-secret:old"), "new")
			assert.NotContains(t, again, "managed-secret:old")
			assert.Contains(t, again, "managed-secret:new")
		})
	}
	assert.True(t, marks.Is("managed-secret:x"), "no tag of a user's")
	assert.Equal(t, "1:2", marks.Read([]string{"managed-secret:1:2"}, nil).Secret())
}
