package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/scheme"
)

const (
	root = "../.."
	// flat is the kind that CONTRIBUTING.md holds up as an example.
	flat = "KongTarget"
	// affordable is how many lines a flat kind may cost.
	affordable = 219
)

func repository(t *testing.T) list {
	t.Helper()
	l, err := readList(root)
	require.NoError(t, err)
	return l
}

func TestFlatKindIsCheap(t *testing.T) {
	t.Parallel()
	c, err := repository(t).cost(root, newKind(flat))
	require.NoError(t, err)
	assert.LessOrEqual(t, c.total(), affordable, "%+v", c.files)
	assert.Greater(t, len(c.files), 6, "types, builder, kind, server, tables and permissions are counted: %+v", c.files)
}

func TestTableHasEveryKind(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(root, &out))
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, kind := range kinds {
		assert.Regexp(t, `(?m)^`+kind.Kind+` +\d{3,4}$`, out.String())
	}
}

// Whatever names the kind is a file that one has to think of when there is a new one.
func TestListIsComplete(t *testing.T) {
	t.Parallel()
	l, k := repository(t), newKind(flat)
	name := regexp.MustCompile(`\b` + flat + `s?\b`)
	named := 0
	for _, file := range l.files {
		if isGenerated(file) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		if !name.Match(text) {
			continue
		}
		named++
		assert.True(t, l.has(k, file), "%s names %s, and %s does not list it", file, flat, document)
	}
	assert.Greater(t, named, 20, "files were read")
}

func (l list) has(k kind, file string) bool {
	patterns := l.others
	for _, r := range l.rows {
		patterns = append(patterns, r.patterns...)
	}
	for _, pattern := range patterns {
		if matches(k.in(pattern), file) {
			return true
		}
	}
	return false
}

func TestListNamesFilesThatExist(t *testing.T) {
	t.Parallel()
	l := repository(t)
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	exists := func(pattern string) bool {
		for _, known := range kinds {
			if len(l.matching(newKind(known.Kind).in(pattern))) > 0 {
				return true
			}
		}
		return false
	}
	patterns := l.others
	for _, r := range l.rows {
		patterns = append(patterns, r.patterns...)
	}
	for _, pattern := range patterns {
		assert.True(t, exists(pattern), "%s lists %s, which does not exist", document, pattern)
	}
}

func TestEveryKindIsWhereItBelongs(t *testing.T) {
	t.Parallel()
	l := repository(t)
	kinds, err := scheme.Kinds()
	require.NoError(t, err)
	for _, known := range kinds {
		k := newKind(known.Kind)
		for _, r := range l.rows {
			require.Contains(t, []string{"all", "entities", "some"}, r.of)
			if r.of == "some" || r.of == "entities" && !liesInControlPlane(known) {
				continue
			}
			for _, pattern := range r.patterns {
				assert.True(t, l.isIn(t, k, pattern), "%s is missing in %s", k.name, k.in(pattern))
			}
		}
	}
}

// isIn reports whether a file of a kind exists, or one that is shared names it.
func (l list) isIn(t *testing.T, k kind, pattern string) bool {
	t.Helper()
	for _, file := range l.matching(k.in(pattern)) {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		if isOwn(pattern) || k.linesIn(file, string(text)) > 0 {
			return true
		}
	}
	return false
}

func liesInControlPlane(kind scheme.Kind) bool {
	status, ok := reflect.TypeOf(kind.New()).Elem().FieldByName("Status")
	if !ok {
		return false
	}
	_, ok = status.Type.FieldByName("Konnect")
	return ok && kind.Group == crd.ConfigurationGroup
}

func TestKindNames(t *testing.T) {
	t.Parallel()
	for name, short := range map[string]string{
		"KongTarget": "target", "KongKeySet": "keyset", "KonnectGatewayControlPlane": "controlplane", "KonnectAPIAuthConfiguration": "apiauth",
	} {
		assert.Equal(t, short, newKind(name).short, name)
	}
	assert.Equal(t, "crd/*/*/kongtarget_types.go", newKind(flat).in("crd/*/*/<kind>_types.go"))
}

func TestLinesInSharedFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason, file, text string
		want               int
	}{
		"a table":       {"one line names it", "a.go", "package a\n\nvar x = []string{\n\t\"KongRoute\",\n\t\"KongTarget\",\n}\n", 1},
		"a function":    {"comment and body count", "a.go", "package a\n\n// normalTarget does.\nfunc normalTarget() {\n\tf()\n}\n", 4},
		"a method":      {"in the plural too", "a.go", "package a\n\nfunc (b) FromTargets() {}\n", 1},
		"counted once":  {"though it names the kind", "a.go", "package a\n\nfunc FromTargets() {\n\tf(\"KongTarget\")\n}\n", 3},
		"a row":         {"the server's rows are functions", "a.go", "package a\n\nvar x = []int{route(set), target(set)}\n", 1},
		"permissions":   {"resources are plural", "a.yaml", "resources: [kongroutes, kongtargets]\nverbs: [get]\n", 1},
		"another kind":  {"a longer name is another", "a.go", "package a\n\nvar x = \"KongTargetGroup\"\n", 0},
		"another words": {"a target is many things", "a.go", "package a\n\nfunc targetOf() {}\n", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, newKind(flat).linesIn(c.file, c.text), c.reason)
		})
	}
}

func TestLinesOfNamesOfSeveralWords(t *testing.T) {
	t.Parallel()
	keySet, certificate := newKind("KongKeySet"), newKind("KongCertificate")
	assert.Equal(t, 1, keySet.linesIn("a.go", "package a\n\nvar x = []int{keySet(set), key(set)}\n"))
	assert.Equal(t, 1, keySet.linesIn("a.go", "package a\n\nfunc (b) FromKeySets() {}\n"))
	assert.Equal(t, 0, certificate.linesIn("a.go", "package a\n\nvar x = []int{caCertificate(set)}\n"), "the end of another name")
}

func TestFilesOfLongerNames(t *testing.T) {
	t.Parallel()
	consumer := newKind("KongConsumer").among([]string{"KongConsumer", "KongConsumerGroup", "KongService"})
	assert.True(t, consumer.isOthers("konnect/internal/kinds/consumergroup.go"))
	assert.False(t, consumer.isOthers("konnect/konnecttest/kind_consumer.go"))
	assert.False(t, newKind("KongConsumerGroup").among([]string{"KongConsumer"}).isOthers("builder/consumergroup.go"))
}

func TestParseList(t *testing.T) {
	t.Parallel()
	l, err := parseList(strings.Join([]string{
		"# Title `no`", touched, "text `no`", "| file | for | what |", "|---|---|---|", "| `a/<kind>.go`, `b.go` | some | what `no` |",
		mentions, "those are `c/**` and", "`d.go`.", "## Next `no`", "`no`",
	}, "\n"))
	require.NoError(t, err)
	assert.Equal(t, []row{{patterns: []string{"a/<kind>.go", "b.go"}, of: "some"}}, l.rows)
	assert.Equal(t, []string{"c/**", "d.go"}, l.others)
	_, err = parseList("# Title\n")
	assert.ErrorContains(t, err, "CONTRIBUTING.md: nothing is listed under")
	assert.True(t, matches("c/**", "c/x/y.go"))
	assert.False(t, matches("c/*", "c/x/y.go"))
}
