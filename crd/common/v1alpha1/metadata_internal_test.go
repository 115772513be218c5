package v1alpha1

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// TestPlainLabelsAreValid: what is spared the full check would pass it, and what the module
// itself gives objects is spared it.
func TestPlainLabelsAreValid(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable
	const letters = "ab0Z-_./é "
	word := func() string {
		text := make([]byte, random.IntN(6))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		return string(text)
	}
	plain := 0
	for range 20_000 {
		labels := map[string]string{word(): word()}
		if arePlainLabels(labels) {
			plain++
			assert.Empty(t, metav1validation.ValidateLabels(labels, field.NewPath("labels")), "%q", labels)
		}
	}
	assert.Greater(t, plain, 200)
	assert.True(t, isPlainMetadata(&metav1.ObjectMeta{Name: "a", Namespace: "b", Labels: map[string]string{
		"app.kubernetes.io/managed-by": "konnectkit", "konnectkit/source-name": "echo", "konnectkit/source-namespace": "",
	}}))
}
