package provision

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

const metricPrefix = "konnectkit_"

// metrics are what the controller counts.
type metrics struct {
	requests         *prometheus.CounterVec
	waits            *prometheus.CounterVec
	changes          *prometheus.CounterVec
	drift            *prometheus.CounterVec
	clusterWrites    *prometheus.CounterVec
	timeToProgrammed *prometheus.HistogramVec
	objects          *objectCollector
}

func newMetrics(f forest, registry prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: metricPrefix + name, Help: help}, labels)
	}
	m := &metrics{
		requests: counter("konnect_requests_total", "Attempts of requests to Konnect; status 0 is no answer, 429 a limit that was hit.",
			"method", "status"),
		waits:         counter("konnect_wait_seconds_total", "Time that requests waited for the rate budget or a retry.", "reason"),
		changes:       counter("changes_total", "Entities written, and attempts that failed.", "kind", "action"),
		drift:         counter("drift_total", "Entities that were changed in Konnect behind their object's back.", "kind"),
		clusterWrites: counter("cluster_writes_total", "Writes to the cluster, Events aside.", "what"),
		timeToProgrammed: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: metricPrefix + "time_to_programmed_seconds", Help: "Time from the creation of an object to its being Programmed.",
			Buckets: prometheus.ExponentialBuckets(0.25, 2, 12), //nolint:mnd // a quarter of a second to half an hour
		}, []string{"kind"}),
		objects: &objectCollector{forest: f},
	}
	for _, c := range []prometheus.Collector{
		m.requests, m.waits, m.changes, m.drift, m.clusterWrites, m.timeToProgrammed, m.objects,
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// observe counts what package konnect tells.
func (m *metrics) observe(event konnect.Event) {
	switch e := event.(type) {
	case konnect.RequestEvent:
		m.requests.WithLabelValues(e.Method, strconv.Itoa(e.Status)).Inc()
	case konnect.WaitEvent:
		m.waits.WithLabelValues(e.Reason).Add(e.Duration.Seconds())
	}
}

// provisioned counts what was done for an object.
func (m *metrics) provisioned(it *item, change konnect.Change) {
	kind := it.key().Kind
	if change.Err == nil && !isWrite(change.Action) {
		return
	}
	m.changes.WithLabelValues(kind, string(change.Action)).Inc()
	if isDrift(it, change) {
		m.drift.WithLabelValues(kind).Inc()
	}
	if change.Programmed && it.before.GetKonnectStatus().ID == "" {
		m.timeToProgrammed.WithLabelValues(kind).Observe(time.Since(it.before.GetCreationTimestamp().Time).Seconds())
	}
}

// objectCollector counts the objects in the cache whenever it is asked.
type objectCollector struct{ forest forest }

func objectsDesc() *prometheus.Desc {
	return prometheus.NewDesc(metricPrefix+"objects", "Objects of the cluster by kind and state.", []string{"kind", "state"}, nil)
}

// Describe implements prometheus.Collector.
func (c *objectCollector) Describe(out chan<- *prometheus.Desc) { out <- objectsDesc() }

// Collect implements prometheus.Collector.
func (c *objectCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, kind := range c.forest.kinds {
		objects, err := c.forest.list(ctx, kind)
		if err != nil || len(objects) == 0 || !konnect.HasEntity(crd.KeyOf(objects[0])) {
			continue
		}
		counts := map[string]int{"programmed": 0, "failed": 0, "pending": 0, "deleting": 0}
		for _, obj := range objects {
			counts[stateOf(obj)]++
		}
		for state, n := range counts {
			out <- prometheus.MustNewConstMetric(objectsDesc(), prometheus.GaugeValue, float64(n), kind.Kind, state)
		}
	}
}

func stateOf(obj crd.Object) string {
	programmed := meta.FindStatusCondition(obj.GetConditions(), crd.ConditionProgrammed)
	switch {
	case !obj.GetDeletionTimestamp().IsZero():
		return "deleting"
	case crd.IsProgrammed(obj):
		return "programmed"
	case programmed != nil && programmed.Status == metav1.ConditionFalse:
		return "failed"
	default:
		return "pending"
	}
}
