// Package membership lets replicas share work: each renews a Lease of its own, and of
// the replicas whose Leases are current every key belongs to exactly one.
package membership

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/konnectkit/konnectkit/crd"
)

// Label is on the Leases of members; its value is the name of the group.
const Label = "konnectkit.example/member-of"

// Options of a member.
type Options struct {
	// Namespace of the Leases.
	Namespace string
	// Group is the name that the replicas have in common.
	Group string
	// Identity of this replica, a DNS label: the name of its pod.
	Identity string
	// Duration after which a Lease that is not renewed counts no more. It is renewed,
	// and the others are looked at, five times as often.
	Duration time.Duration
}

// rounds is how many times within its duration a Lease is renewed.
const rounds = 5

// Member is this replica among the others. It is a manager.Runnable.
type Member struct {
	client  client.Client // must not cache
	options Options
	now     func() time.Time

	lock        sync.RWMutex
	members     []string
	renewed     time.Time
	seen        map[string]sighting
	subscribers []func(func(crd.Key) bool)
}

// sighting is when a Lease was seen to change, by our own clock: those of others do
// not count.
type sighting struct {
	version string
	at      time.Time
}

// New returns a member that belongs to nobody until it is started. The client reads
// the cluster itself, not a cache.
func New(c client.Client, options Options) *Member {
	return &Member{client: c, options: options, now: time.Now, seen: map[string]sighting{}}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: all replicas are members.
func (*Member) NeedLeaderElection() bool { return false }

// Subscribe has changed called whenever members come or go; gained tells which keys
// are this replica's since then.
func (m *Member) Subscribe(changed func(gained func(crd.Key) bool)) {
	m.subscribers = append(m.subscribers, changed)
}

// Owns tells whether key is this replica's. A replica that could not renew its Lease
// for the duration owns nothing.
func (m *Member) Owns(key crd.Key) bool {
	m.lock.RLock()
	defer m.lock.RUnlock()
	return m.now().Sub(m.renewed) < m.options.Duration && owner(m.members, key) == m.options.Identity
}

// Members returns the identities of the replicas that are there, sorted.
func (m *Member) Members() []string {
	m.lock.RLock()
	defer m.lock.RUnlock()
	return slices.Clone(m.members)
}

// Start renews the Lease until the context ends, and then withdraws it, so that
// others need not wait for it to run out.
func (m *Member) Start(ctx context.Context) error {
	ticker := time.NewTicker(m.options.Duration / rounds)
	defer ticker.Stop()
	for {
		if err := m.round(ctx); err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "lease not renewed")
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return m.withdraw(context.WithoutCancel(ctx))
		}
	}
}

func (m *Member) withdraw(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.options.Duration)
	defer cancel()
	return client.IgnoreNotFound(m.client.Delete(ctx, m.lease()))
}

// round renews the own Lease and looks at all.
func (m *Member) round(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.options.Duration/rounds)
	defer cancel()
	asked := m.now()
	if err := m.renew(ctx); err != nil {
		return err
	}
	var leases coordinationv1.LeaseList
	err := m.client.List(ctx, &leases, client.InNamespace(m.options.Namespace), client.MatchingLabels{Label: m.options.Group})
	if err != nil {
		return fmt.Errorf("list leases: %w", err)
	}
	m.update(asked, leases.Items)
	return nil
}

func (m *Member) lease() *coordinationv1.Lease {
	return &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{
		Namespace: m.options.Namespace, Name: m.options.Group + "-" + m.options.Identity,
		Labels: map[string]string{Label: m.options.Group},
	}}
}

func (m *Member) renew(ctx context.Context) error {
	lease := m.lease()
	base := lease.DeepCopy()
	now := metav1.NewMicroTime(m.now())
	seconds := int32(max(m.options.Duration.Round(time.Second)/time.Second, 1))
	lease.Spec = coordinationv1.LeaseSpec{HolderIdentity: &m.options.Identity, RenewTime: &now, LeaseDurationSeconds: &seconds}
	err := m.client.Patch(ctx, lease.DeepCopy(), client.MergeFrom(base))
	if apierrors.IsNotFound(err) {
		err = m.client.Create(ctx, lease)
	}
	if err != nil {
		return fmt.Errorf("renew lease %s: %w", lease.Name, err)
	}
	return nil
}

// update takes in the Leases, and tells subscribers when the members are others.
func (m *Member) update(renewed time.Time, leases []coordinationv1.Lease) {
	m.lock.Lock()
	before := m.members
	if renewed.Sub(m.renewed) >= m.options.Duration {
		before = nil // it owned nothing in the meantime
	}
	current := map[string]sighting{}
	for i := range leases {
		holder := leases[i].Spec.HolderIdentity
		if holder == nil {
			continue
		}
		known, ok := m.seen[*holder]
		if !ok || known.version != leases[i].ResourceVersion {
			known = sighting{version: leases[i].ResourceVersion, at: renewed}
		}
		current[*holder] = known
	}
	m.seen, m.renewed = current, renewed
	m.members = nil
	for _, name := range slices.Sorted(maps.Keys(current)) {
		if renewed.Sub(current[name].at) < m.options.Duration {
			m.members = append(m.members, name)
		}
	}
	after := m.members
	m.lock.Unlock()
	if slices.Equal(before, after) {
		return
	}
	self := m.options.Identity
	for _, changed := range m.subscribers {
		changed(func(key crd.Key) bool { return owner(after, key) == self && owner(before, key) != self })
	}
}

// owner is the member with the highest score for key, so that a member which comes or
// goes moves only the keys that it gets or had. Without members there is none.
func owner(members []string, key crd.Key) string {
	best, highest := "", uint64(0)
	for _, member := range members {
		sum := sha256.Sum256([]byte(member + "\x00" + key.Group + "\x00" + key.String()))
		if score := binary.BigEndian.Uint64(sum[:]); best == "" || score > highest {
			best, highest = member, score
		}
	}
	return best
}
