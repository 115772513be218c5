package provision

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/konnectkit/konnectkit/konnect"
)

// budgetCollector tells what is left of the rate budgets whenever it is asked. The
// budgets of several tokens for one server are added up.
type budgetCollector struct{ konnect *konnect.Client }

// budgetGauge is one number that is known of a budget.
type budgetGauge struct {
	desc  *prometheus.Desc
	value func(konnect.Budget) float64
}

func budgetGauges() []budgetGauge {
	gauge := func(name, help string, value func(konnect.Budget) float64) budgetGauge {
		return budgetGauge{prometheus.NewDesc(metricPrefix+"budget_"+name, help, []string{"server"}, nil), value}
	}
	return []budgetGauge{
		gauge("limit", "Requests that Konnect allows in its present window, as it announced; 0 if it announced nothing.",
			func(b konnect.Budget) float64 { return float64(b.Limit) }),
		gauge("remaining", "Requests left in the window, by the controller's own count; 0 if nothing was announced.",
			func(b konnect.Budget) float64 { return float64(b.Remaining) }),
		gauge("per_second", "Present pace in requests per second; 0 while there is no reason to keep one.",
			func(b konnect.Budget) float64 { return b.PerSecond }),
	}
}

// Describe implements prometheus.Collector.
func (c budgetCollector) Describe(out chan<- *prometheus.Desc) {
	for _, g := range budgetGauges() {
		out <- g.desc
	}
}

// Collect implements prometheus.Collector.
func (c budgetCollector) Collect(out chan<- prometheus.Metric) {
	budgets := c.konnect.Budgets()
	for _, g := range budgetGauges() {
		sums := map[string]float64{}
		for _, b := range budgets {
			sums[b.Server] += g.value(b)
		}
		for server, sum := range sums {
			out <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, sum, server)
		}
	}
}
