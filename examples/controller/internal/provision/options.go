package provision

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// Options set up the controller. Zero values stand for the defaults.
type Options struct {
	// Owner is part of the marks and IDs of entities: name the cluster, so that two
	// clusters can share an organisation. The default is that of package konnect.
	Owner string
	// Adoption says what objects may take over that exists in Konnect already; the
	// default is nothing. The annotation konnectkit/adoption-policy of an object may ask
	// for less, not for more.
	Adoption konnect.AdoptionPolicy
	// SecretMarks are keys by which the controller tells whether Konnect has a secret value
	// that it does not return; the first one makes marks, older ones are known. Without any
	// a changed value of that sort is not noticed.
	SecretMarks SecretMarks
	// MaxConcurrency caps the requests under way per server and token; the default is
	// that of package konnect. Replicas do not share it.
	MaxConcurrency int
	// Trees that are handled side by side; the default is 4.
	Trees int
	// Gather is how long events are collected before a tree is looked at, so that
	// what is applied together is handled together; the default is 300 ms.
	Gather time.Duration
	// Drift is how often a tree is compared with Konnect when nothing changes; the
	// default is 10 minutes. It is drawn out by up to a fifth, so that trees spread.
	Drift time.Duration
	// Timeout bounds the calls to Konnect of one look at a tree, and of the deletions
	// before it; the default is 10 minutes.
	Timeout time.Duration
	// MaxBackoff is the longest pause after failures that may pass by themselves; the
	// default is 30 seconds. The first is half a second.
	MaxBackoff time.Duration
	// HTTPClient carries the calls; the default is that of package konnect.
	HTTPClient *http.Client
	// Logger takes the records of package konnect; the default discards them.
	Logger *slog.Logger
	// Share tells which trees are this replica's; nil means all.
	Share Share
	// Name of the controller in metrics and Events; the default is "konnectkit".
	Name string
}

// SecretMarks are keys of konnect.WithSecretMarks, the newest first. They show in no output.
type SecretMarks [][]byte

// Format implements fmt.Formatter.
func (k SecretMarks) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%d keys", len(k)) }

// Share tells replicas which trees are theirs.
type Share interface {
	// Owns tells whether the tree of this root is this replica's now.
	Owns(root crd.Key) bool
	// Subscribe has changed called, one call at a time, whenever Owns begins to
	// answer otherwise for some roots; gained tells for which it became true. It is
	// called before the share is started.
	Subscribe(changed func(gained func(root crd.Key) bool))
}

const (
	defaultTrees      = 4
	defaultGather     = 300 * time.Millisecond
	defaultDrift      = 10 * time.Minute
	defaultTimeout    = 10 * time.Minute
	defaultMaxBackoff = 30 * time.Second
	minBackoff        = 500 * time.Millisecond
	driftSpread       = 0.2
)

func (o Options) withDefaults() Options {
	o.Trees = cmp.Or(o.Trees, defaultTrees)
	o.Gather = cmp.Or(o.Gather, defaultGather)
	o.Drift = cmp.Or(o.Drift, defaultDrift)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, defaultMaxBackoff)
	o.Adoption = cmp.Or(o.Adoption, konnect.AdoptNever)
	o.Name = cmp.Or(o.Name, "konnectkit")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
