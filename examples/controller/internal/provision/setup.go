package provision

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve"
)

// Setup adds the controller to a manager, whose scheme must have the kinds of
// crd/scheme and core Secrets. Metrics go to registry. The context bounds the setup
// alone.
func Setup(ctx context.Context, mgr manager.Manager, registry prometheus.Registerer, options Options) error {
	options = options.withDefaults()
	if err := options.Adoption.Validate(); err != nil {
		return fmt.Errorf("adoption: %w", err)
	}
	f, err := newForest(ctx, mgr.GetCache(), mgr.GetFieldIndexer())
	if err != nil {
		return err
	}
	m, err := newMetrics(f, registry)
	if err != nil {
		return err
	}
	cached := newSource(mgr.GetCache())
	konnectClient, err := newClient(cached, m, options)
	if err != nil {
		return err
	}
	if err := registry.Register(budgetCollector{konnectClient}); err != nil {
		return err
	}
	reconciler := &Reconciler{
		options: options, konnect: konnectClient, forest: f, cluster: mgr.GetClient(), metrics: m,
		cached: cached, live: newSource(mgr.GetAPIReader()),
		events: events{recorder: mgr.GetEventRecorder(options.Name), down: &sync.Map{}},
	}
	elected := false
	c, err := controller.NewTyped(options.Name, mgr, controller.TypedOptions[crd.Key]{
		Reconciler:              reconciler,
		MaxConcurrentReconciles: options.Trees,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[crd.Key](minBackoff, options.MaxBackoff),
		NeedLeaderElection:      &elected, // replicas share the trees
	})
	if err != nil {
		return err
	}
	watched := []client.Object{&corev1.Secret{}}
	for _, kind := range f.kinds {
		watched = append(watched, kind.New())
	}
	handler := waker{forest: f, gather: options.Gather}.handler()
	for _, obj := range watched {
		if err := c.Watch(source.TypedKind(mgr.GetCache(), obj, handler)); err != nil {
			return fmt.Errorf("watch %T: %w", obj, err)
		}
	}
	if options.Share == nil {
		return nil
	}
	return takeOver(c, mgr, f, options)
}

func newClient(objects resolve.Source, m *metrics, options Options) (*konnect.Client, error) {
	opts := []konnect.Option{
		konnect.WithSource(objects), konnect.WithObserver(m.observe), konnect.WithLogger(options.Logger),
	}
	if options.Owner != "" {
		opts = append(opts, konnect.WithOwner(options.Owner))
	}
	if keys := options.SecretMarks; len(keys) > 0 {
		opts = append(opts, konnect.WithSecretMarks(keys[0], keys[1:]...))
	}
	if options.MaxConcurrency > 0 {
		opts = append(opts, konnect.WithMaxConcurrency(options.MaxConcurrency))
	}
	if options.HTTPClient != nil {
		opts = append(opts, konnect.WithHTTPClient(options.HTTPClient))
	}
	return konnect.NewClient(opts...)
}

// takeOver looks at trees that become this replica's. Those that others had are
// dropped where they are asked for.
func takeOver(c controller.TypedController[crd.Key], mgr manager.Manager, f forest, options Options) error {
	var requests atomic.Pointer[queue]
	options.Share.Subscribe(func(gained func(crd.Key) bool) {
		q := requests.Load()
		if q == nil {
			return // the first events are still to come
		}
		roots, err := f.allRoots(context.Background())
		if err != nil {
			mgr.GetLogger().Error(err, "trees not taken over until something changes")
		}
		for root := range roots {
			if gained(root) {
				(*q).AddAfter(root, options.Gather)
			}
		}
	})
	return c.Watch(source.TypedFunc[crd.Key](func(_ context.Context, q queue) error {
		requests.Store(&q)
		return nil
	}))
}
