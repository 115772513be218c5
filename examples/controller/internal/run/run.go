// Package run puts the controller together: manager, provisioning, membership, probes
// and metrics.
package run

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/konnectkit/konnectkit/crd"
	crdscheme "github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/examples/controller/internal/backends"
	"github.com/konnectkit/konnectkit/examples/controller/internal/membership"
	"github.com/konnectkit/konnectkit/examples/controller/internal/provision"
	"github.com/konnectkit/konnectkit/examples/controller/internal/routes"
	"github.com/konnectkit/konnectkit/konnect"
)

// Options of the program.
type Options struct {
	provision.Options
	// Namespaces to watch; none means all.
	Namespaces []string
	// LeaseNamespace holds the Leases by which replicas share the work, and Identity
	// names this one. Without a namespace the replica takes itself to be the only one.
	LeaseNamespace, Identity string
	LeaseDuration            time.Duration
	// Backends makes objects for Services that ask for it by annotation.
	Backends bool
	// GatewayAPI are the controller names of GatewayClasses, and Ingress the names of classes, whose
	// routes are translated.
	GatewayAPI, Ingress []string
	// Metrics and Probes are addresses to listen on; 0 for none.
	Metrics, Probes string
	// QPS and Burst limit the requests to the API server.
	QPS   float64
	Burst int
}

const (
	defaultLease = 15 * time.Second
	defaultQPS   = 50
	defaultBurst = 100
	shutdownTime = 20 * time.Second
)

// Register adds a flag for each option, with its default.
func (o *Options) Register(flags *flag.FlagSet) {
	host, _ := os.Hostname()
	flags.StringVar(&o.Owner, "owner", "", "owner in the marks of entities: a name of the cluster, if several share an organisation")
	flags.Var((*policyFlag)(&o.Adoption), "adoption", "what objects may take over that exists in konnect: never, unowned, from-operator, "+
		"or tagged: and a tag (default never)")
	flags.Var((*keysFlag)(&o.SecretMarks), "secret-marks", "files with keys, separated by commas and the newest first, by which a changed secret is noticed "+
		"though konnect does not return it; 32 bytes or more each, at random, as in a mounted Secret")
	flags.IntVar(&o.MaxConcurrency, "max-concurrency", 0, "requests to konnect under way per token and replica (default 32); "+
		"where konnect sends no limit headers, divide what is allowed by the replicas")
	flags.IntVar(&o.Trees, "trees", 0, "control planes that are handled side by side (default 4)")
	flags.DurationVar(&o.Gather, "gather", 0, "how long events are collected before a control plane is looked at (default 300ms)")
	flags.DurationVar(&o.Drift, "drift-interval", 0, "how often each control plane is compared with konnect (default 10m)")
	flags.DurationVar(&o.Timeout, "timeout", 0, "bound of the calls to konnect for one look at a control plane (default 10m)")
	flags.DurationVar(&o.MaxBackoff, "max-backoff", 0, "longest pause between attempts when konnect does not answer (default 30s)")
	flags.StringVar(&o.LeaseNamespace, "lease-namespace", os.Getenv("POD_NAMESPACE"), "namespace of the leases by which replicas share the work; empty for one replica")
	flags.StringVar(&o.Identity, "identity", host, "name of this replica")
	flags.DurationVar(&o.LeaseDuration, "lease-duration", defaultLease, "after which a silent replica's work is taken over")
	flags.BoolVar(&o.Backends, "backends", false, "make KongServices, KongUpstreams and KongTargets for Services with the annotation "+backends.Annotation)
	flags.Var((*listFlag)(&o.GatewayAPI), "gateway-api", "make Kong objects of the routes of GatewayClasses with these controller names, separated by commas")
	flags.Var((*listFlag)(&o.Ingress), "ingress", "make Kong objects of the Ingresses of these classes, separated by commas")
	flags.StringVar(&o.Metrics, "metrics-address", ":8080", "address of /metrics; 0 for none")
	flags.StringVar(&o.Probes, "probe-address", ":8081", "address of /healthz and /readyz; 0 for none")
	flags.Float64Var(&o.QPS, "kube-api-qps", defaultQPS, "requests to the API server per second")
	flags.IntVar(&o.Burst, "kube-api-burst", defaultBurst, "requests to the API server at once")
}

// listFlag takes names that commas separate.
type listFlag []string

func (l *listFlag) String() string { return strings.Join(*l, ",") }

func (l *listFlag) Set(value string) error {
	*l = nil
	for name := range strings.SplitSeq(value, ",") {
		if name = strings.TrimSpace(name); name != "" {
			*l = append(*l, name)
		}
	}
	return nil
}

// policyFlag refuses what is no policy where it is written.
type policyFlag konnect.AdoptionPolicy

func (p *policyFlag) String() string { return string(*p) }

func (p *policyFlag) Set(value string) error {
	*p = policyFlag(value)
	return konnect.AdoptionPolicy(value).Validate()
}

// keysFlag reads keys from files. It shows neither.
type keysFlag provision.SecretMarks

func (k *keysFlag) String() string { return "" }

func (k *keysFlag) Set(files string) error {
	*k = nil
	for file := range strings.SplitSeq(files, ",") {
		key, err := os.ReadFile(strings.TrimSpace(file))
		if err != nil {
			return err
		}
		*k = append(*k, bytes.TrimRight(key, "\r\n"))
	}
	_, err := konnect.NewClient(konnect.WithSecretMarks((*k)[0], (*k)[1:]...))
	return err
}

// Controller runs the controller until the context ends.
func Controller(ctx context.Context, config *rest.Config, options Options) error {
	mgr, err := newManager(config, options)
	if err != nil {
		return err
	}
	if options.LeaseNamespace != "" {
		member, err := newMember(config, mgr, options)
		if err != nil {
			return err
		}
		options.Share = member
	}
	var registry prometheus.Registerer = metrics.Registry
	if options.Metrics == "0" {
		registry = prometheus.NewRegistry() // nobody asks, and there may be another controller in the process
	}
	if err := provision.Setup(ctx, mgr, registry, options.Options); err != nil {
		return fmt.Errorf("set up controller: %w", err)
	}
	if options.Backends {
		var owns func(crd.Key) bool
		if options.Share != nil {
			owns = options.Share.Owns
		}
		if err := backends.Setup(mgr, owns); err != nil {
			return fmt.Errorf("set up backends: %w", err)
		}
	}
	if err := setupRoutes(mgr, options); err != nil {
		return fmt.Errorf("set up routes: %w", err)
	}
	return mgr.Start(ctx)
}

func setupRoutes(mgr manager.Manager, options Options) error {
	shared := routes.Options{Share: options.Share, Gather: options.Gather}
	if len(options.GatewayAPI) > 0 {
		if err := routes.SetupGatewayAPI(mgr, options.GatewayAPI, shared); err != nil {
			return err
		}
	}
	if len(options.Ingress) > 0 {
		return routes.SetupIngress(mgr, options.Ingress, shared)
	}
	return nil
}

// Scheme has all kinds that the controller reads and writes.
func Scheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	return s, errors.Join(clientgoscheme.AddToScheme(s), crdscheme.AddToScheme(s), gatewayv1.Install(s))
}

func newManager(config *rest.Config, options Options) (manager.Manager, error) {
	scheme, err := Scheme()
	if err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	if options.QPS > 0 {
		config.QPS, config.Burst = float32(options.QPS), options.Burst
	}
	labelled, err := labels.NewRequirement(provision.CredentialLabel, selection.Exists, nil)
	if err != nil {
		return nil, err
	}
	watched := map[string]cache.Config{}
	for _, namespace := range options.Namespaces {
		watched[namespace] = cache.Config{}
	}
	patience, skip := shutdownTime, true
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme,
		Logger: logr.FromSlogHandler(loggerOf(options).Handler()),
		// Secrets without the label are never read, nor kept in memory.
		Cache: cache.Options{
			DefaultNamespaces: watched,
			ByObject:          map[client.Object]cache.ByObject{&corev1.Secret{}: {Label: labels.NewSelector().Add(*labelled)}},
		},
		Metrics:                 metricsserver.Options{BindAddress: options.Metrics},
		HealthProbeBindAddress:  options.Probes,
		GracefulShutdownTimeout: &patience,
		Controller:              ctrlconfig.Controller{SkipNameValidation: &skip}, // there may be another in the process
	})
	if err != nil {
		return nil, fmt.Errorf("set up manager: %w", err)
	}
	synced := func(r *http.Request) error {
		if !mgr.GetCache().WaitForCacheSync(r.Context()) {
			return errors.New("the cache is not filled yet")
		}
		return nil
	}
	return mgr, errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("cache", synced))
}

func loggerOf(options Options) *slog.Logger {
	if options.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return options.Logger
}

func newMember(config *rest.Config, mgr manager.Manager, options Options) (*membership.Member, error) {
	direct, err := client.New(config, client.Options{Scheme: mgr.GetScheme()})
	if err != nil {
		return nil, err
	}
	member := membership.New(direct, membership.Options{
		Namespace: options.LeaseNamespace, Group: "konnectkit-controller", Identity: options.Identity, Duration: options.LeaseDuration,
	})
	return member, mgr.Add(member)
}
