package source_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/konnectkit/konnectkit/builder/internal/source"
	"github.com/konnectkit/konnectkit/crd"
)

func TestLabelsAreValid(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a.", 60) + "b"
	for _, name := range []string{"web", long, long + "c"} {
		for key, value := range source.Labels(crd.Key{Kind: "Ingress", Namespace: "shop", Name: name}) {
			assert.Empty(t, validation.IsQualifiedName(key))
			assert.Empty(t, validation.IsValidLabelValue(value))
		}
	}
	name := func(name string) string { return source.Labels(crd.Key{Name: name})[source.LabelName] }
	assert.Equal(t, "web", name("web"))
	assert.NotEqual(t, name(long), name(long+"c"), "the hash is of the whole name")
}

func TestFit(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "name", source.Fit("name", 4), "what fits stays")
	cut := source.Fit(strings.Repeat("n", 19)+"-.rest of it", 30)
	assert.Len(t, cut, 30)
	cut = source.Fit("nnnnnnnn-.nnnnnnnnnnnnnnnnn", 20)
	assert.Regexp(t, `^nnnnnnnn-[0-9a-f]{10}$`, cut, "no dash or dot stands before the hash")
}
