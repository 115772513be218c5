package membership

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
)

func keys(n int) []crd.Key {
	list := make([]crd.Key, n)
	for i := range list {
		list[i] = crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: "kong", Name: fmt.Sprintf("cp-%d", i)}
	}
	return list
}

func TestMembersShareEvenlyAndMoveLittle(t *testing.T) {
	t.Parallel()
	const n = 3000
	three, four := []string{"a", "b", "c"}, []string{"a", "b", "c", "d"}
	shares, moved := map[string]int{}, 0
	for _, key := range keys(n) {
		before, after := owner(three, key), owner(four, key)
		shares[before]++
		if before != after {
			moved++
			assert.Equal(t, "d", after, "a key moves to the new member or not at all")
		}
	}
	for member, share := range shares {
		assert.InDelta(t, n/3, share, n/20, member)
	}
	assert.InDelta(t, n/4, moved, n/20)
	assert.Empty(t, owner(nil, keys(1)[0]))
}

// rig is a member whose clock and Leases the test holds.
type rig struct {
	*Member
	clock   time.Time
	changes int
	gained  map[crd.Key]bool
}

func newRig() *rig {
	r := &rig{clock: time.Unix(1_000_000, 0)}
	r.Member = New(nil, Options{Identity: "a", Duration: 10 * time.Second})
	r.now = func() time.Time { return r.clock }
	r.Subscribe(func(gained func(crd.Key) bool) {
		r.changes++
		r.gained = map[crd.Key]bool{}
		for _, key := range keys(100) {
			r.gained[key] = gained(key)
		}
	})
	return r
}

// leases are of members, each with a version.
func leases(versions map[string]string) []coordinationv1.Lease {
	var list []coordinationv1.Lease
	for name, version := range versions {
		list = append(list, coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: version},
			Spec:       coordinationv1.LeaseSpec{HolderIdentity: &name},
		})
	}
	return list
}

func (r *rig) owned() int {
	n := 0
	for _, key := range keys(100) {
		if r.Owns(key) {
			n++
		}
	}
	return n
}

func TestSilentMemberIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig()
	assert.Zero(t, r.owned(), "nobody owns anything before the first round")
	r.update(r.clock, leases(map[string]string{"a": "1", "b": "1"}))
	half := r.owned()
	assert.Positive(t, half)
	assert.Less(t, half, 100)

	r.clock = r.clock.Add(9 * time.Second)
	r.update(r.clock, leases(map[string]string{"a": "2", "b": "1"}))
	assert.Equal(t, half, r.owned(), "b may still be there")
	r.clock = r.clock.Add(time.Second)
	r.update(r.clock, leases(map[string]string{"a": "3", "b": "1"}))
	assert.Equal(t, 100, r.owned(), "b has been silent for its duration")
	assert.Equal(t, 2, r.changes)
	for key, gained := range r.gained {
		assert.Equal(t, owner([]string{"a", "b"}, key) == "b", gained, key)
	}

	r.update(r.clock, leases(map[string]string{"a": "4", "b": "2"}))
	assert.Equal(t, half, r.owned(), "b is back")
}

func TestWithdrawnLeaseCountsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.update(r.clock, leases(map[string]string{"a": "1", "b": "1"}))
	r.update(r.clock, leases(map[string]string{"a": "2"}))
	assert.Equal(t, 100, r.owned())
	assert.Equal(t, []string{"a"}, r.Members())
}

// TestMemberThatCannotRenewOwnsNothing: others take over from it in the meantime, so
// that all it owns is gained again when it is back.
func TestMemberThatCannotRenewOwnsNothing(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.update(r.clock, leases(map[string]string{"a": "1"}))
	assert.Equal(t, 100, r.owned())
	r.clock = r.clock.Add(10 * time.Second)
	assert.Zero(t, r.owned())
	r.update(r.clock, leases(map[string]string{"a": "2"}))
	assert.Equal(t, 100, r.owned())
	assert.Equal(t, 2, r.changes)
	assert.True(t, r.gained[keys(1)[0]])
}
