package manifest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/scheme"
)

func ExampleCRDs() {
	for line := range strings.Lines(string(manifest.CRDs())) {
		if name, ok := strings.CutPrefix(line, "  name: "); ok {
			fmt.Print(name)
		}
	}
	// Output:
	// kongcacertificates.configuration.konghq.com
	// kongcertificates.configuration.konghq.com
	// kongclusterplugins.configuration.konghq.com
	// kongconsumers.configuration.konghq.com
	// kongconsumergroups.configuration.konghq.com
	// kongcredentialacls.configuration.konghq.com
	// kongcredentialapikeys.configuration.konghq.com
	// kongcredentialbasicauths.configuration.konghq.com
	// kongcredentialhmacs.configuration.konghq.com
	// kongcredentialjwts.configuration.konghq.com
	// kongdataplaneclientcertificates.configuration.konghq.com
	// kongkeys.configuration.konghq.com
	// kongkeysets.configuration.konghq.com
	// kongplugins.configuration.konghq.com
	// kongpluginbindings.configuration.konghq.com
	// kongreferencegrants.configuration.konghq.com
	// kongroutes.configuration.konghq.com
	// kongsnis.configuration.konghq.com
	// kongservices.configuration.konghq.com
	// kongtargets.configuration.konghq.com
	// kongupstreams.configuration.konghq.com
	// kongvaults.configuration.konghq.com
	// konnectapiauthconfigurations.konnect.konghq.com
	// konnectgatewaycontrolplanes.konnect.konghq.com
}

// definition is what the test reads of a CustomResourceDefinition.
type definition struct {
	Kind   string         `json:"kind"`
	Status map[string]any `json:"status"`
	Spec   struct {
		Group string `json:"group"`
		Names struct {
			Kind string `json:"kind"`
		} `json:"names"`
		Versions []struct {
			Name    string `json:"name"`
			Served  bool   `json:"served"`
			Storage bool   `json:"storage"`
		} `json:"versions"`
	} `json:"spec"`
}

func TestCRDsDefineTheKindsOfTheScheme(t *testing.T) {
	t.Parallel()
	var defined []schema.GroupVersionKind
	for document := range bytes.SplitSeq(manifest.CRDs(), []byte("\n---\n")) {
		var d definition
		require.NoError(t, yaml.Unmarshal(document, &d))
		assert.Equal(t, "CustomResourceDefinition", d.Kind)
		assert.Empty(t, d.Status, "a status is the API server's")
		var stored []string
		for _, version := range d.Spec.Versions {
			assert.True(t, version.Served, "%s %s", d.Spec.Names.Kind, version.Name)
			if version.Storage {
				stored = append(stored, version.Name)
			}
			defined = append(defined, schema.GroupVersionKind{Group: d.Spec.Group, Version: version.Name, Kind: d.Spec.Names.Kind})
		}
		assert.Len(t, stored, 1, "versions of %s that are stored", d.Spec.Names.Kind)
	}

	known := runtime.NewScheme()
	require.NoError(t, scheme.AddToScheme(known))
	var kinds []schema.GroupVersionKind
	for kind := range known.AllKnownTypes() {
		isOurs := kind.Group == crd.ConfigurationGroup || kind.Group == crd.KonnectGroup
		if isOurs && strings.HasPrefix(kind.Kind, "Ko") && !strings.HasSuffix(kind.Kind, "List") {
			kinds = append(kinds, kind)
		}
	}
	assert.ElementsMatch(t, kinds, defined)
}

func TestCRDsAreACopy(t *testing.T) {
	t.Parallel()
	before := manifest.CRDs()
	clear(manifest.CRDs())
	assert.Equal(t, before, manifest.CRDs())
}
