package conformance

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/require"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/internal/testcluster"
)

var (
	casesFlag = flag.Int("cases", 2000, "random requests per kind and set of CRDs")
	seedFlag  = flag.Int64("seed", 1, "seed of the random requests, the same in every run unless it is 0, which takes the time")
)

// officialCRDs is where the CRDs of the Kong operator are, for those who have them.
const officialCRDs = "../../../shared/reference/crds"

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard())
	os.Exit(m.Run())
}

func TestOwnCRDs(t *testing.T) {
	testConformance(t, manifest.CRDs())
}

func TestOfficialCRDs(t *testing.T) {
	testConformance(t, readOfficialCRDs(t))
}

func readOfficialCRDs(t testing.TB) []byte {
	t.Helper()
	var documents []string
	for _, k := range kinds() {
		text, err := os.ReadFile(filepath.Join(officialCRDs, k.Group+"_"+k.plural+".yaml"))
		if errors.Is(err, os.ErrNotExist) {
			t.Skip("the official CRDs are not there")
		}
		require.NoError(t, err)
		documents = append(documents, strings.TrimPrefix(string(text), "---\n"))
	}
	return []byte(strings.Join(documents, "\n---\n"))
}

func testConformance(t *testing.T, crds []byte) {
	t.Helper()
	s := startServer(t, testcluster.WithCRDs(crds), readSchemas(t, crds))
	s.tally.count, s.failures.seen = map[string]int{}, map[string]int{}
	for _, stage := range []struct {
		name string
		test func(*testing.T, *server, *kind)
	}{
		{"tables", testTables},
		{"decoding", testDecoding},
		{"every field", testEveryField},
		{"random", testRandom},
		{"round trip", testRoundTrip},
	} {
		began := time.Now()
		for _, k := range kinds() {
			t.Run(stage.name+"/"+k.Kind, func(t *testing.T) { stage.test(t, s, k) })
		}
		t.Logf("%s: %s", stage.name, time.Since(began).Round(time.Millisecond))
	}
	s.tally.report(t)
}
