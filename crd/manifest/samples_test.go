package manifest_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/scheme"
	"github.com/konnectkit/konnectkit/internal/samples"
)

// Every object of every kind is read without loss, is valid, keeps to the rules of an
// update of itself, and stays what it is when it is written and read again.
func TestSamplesOfEveryKind(t *testing.T) {
	t.Parallel()
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		t.Run(kind.Kind, func(t *testing.T) {
			t.Parallel()
			documents, err := samples.Documents(kind.Kind)
			require.NoError(t, err)
			for _, document := range documents {
				obj, err := manifest.Decode(document)
				require.NoError(t, err, "%s", document)
				assert.Equal(t, kind.GroupVersionKind, obj.GVK())
				assert.Empty(t, obj.Validate(), obj.GetName())
				assert.Empty(t, obj.ValidateUpdate(obj), obj.GetName())

				var written bytes.Buffer
				require.NoError(t, manifest.Encode(&written, obj))
				again, err := manifest.Decode(written.Bytes())
				require.NoError(t, err, "%s", written.Bytes())
				assert.Equal(t, obj, again)
			}
		})
	}
}
