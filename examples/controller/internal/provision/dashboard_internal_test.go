package provision

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDashboard: each panel shows metrics that there are, and none is forgotten.
func TestDashboard(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	_, err := newMetrics(forest{}, registry)
	require.NoError(t, err)
	require.NoError(t, registry.Register(budgetCollector{}))
	text, err := os.ReadFile("../../config/grafana-dashboard.json")
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))

	shown := map[string]bool{}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			names := regexp.MustCompile(metricPrefix+`\w+`).FindAllString(target.Expr, -1)
			assert.NotEmpty(t, names, panel.Title)
			for _, name := range names {
				shown[strings.TrimSuffix(name, "_bucket")] = true
			}
		}
	}
	assert.Equal(t, namesOf(registry), shown)
}

// namesOf lists the metrics that a registry has.
func namesOf(registry *prometheus.Registry) map[string]bool {
	described := make(chan *prometheus.Desc)
	go func() {
		defer close(described)
		registry.Describe(described)
	}()
	names := map[string]bool{}
	for desc := range described {
		names[regexp.MustCompile(metricPrefix+`\w+`).FindString(desc.String())] = true
	}
	return names
}
