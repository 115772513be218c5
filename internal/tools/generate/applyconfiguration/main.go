// Command applyconfiguration writes the apply configurations of crd/applyconfiguration.
// Its argument is the root of the core module.
//
// It drives the generator of k8s.io/code-generator, which neither that project's own
// command nor controller-gen can do for types like these: the former needs markers for
// a client and a schema made elsewhere, the latter treats every package alone, and so
// leaves out the types that packages share.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/code-generator/cmd/applyconfiguration-gen/args"
	"k8s.io/code-generator/cmd/applyconfiguration-gen/generators"
	"k8s.io/gengo/v2"
	"k8s.io/gengo/v2/generator"
	"k8s.io/gengo/v2/parser"
	"k8s.io/gengo/v2/types"
)

const (
	module = "github.com/konnectkit/konnectkit"
	output = "crd/applyconfiguration"
	prefix = "zz_generated."
	// kindMarker is on every type that an API server stores.
	kindMarker   = "+kubebuilder:resource:"
	statusMarker = "+kubebuilder:subresource:status"
	// clusterMarker is on those of them that lie in no namespace.
	clusterMarker = kindMarker + "scope=Cluster"
)

// inputs are the packages whose types apply configurations are for.
func inputs() []string {
	return []string{
		module + "/crd/common/v1alpha1",
		module + "/crd/configuration/v1",
		module + "/crd/configuration/v1alpha1",
		module + "/crd/configuration/v1beta1",
		module + "/crd/konnect/v1alpha1",
		module + "/crd/konnect/v1alpha2",
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: applyconfiguration <root of the core module>")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "applyconfiguration:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	// Packages are loaded, and the generator writes, relative to the working directory.
	if err := os.Chdir(root); err != nil {
		return err
	}
	load := parser.NewWithOptions(parser.Options{BuildTags: []string{gengo.StdBuildTag}})
	if err := load.LoadPackages(inputs()...); err != nil {
		return fmt.Errorf("load types: %w", err)
	}
	context, err := generator.NewContext(load, generators.NameSystems(), generators.DefaultNameSystem())
	if err != nil {
		return fmt.Errorf("prepare generator: %w", err)
	}
	kinds := markKinds(context)
	schema, err := writeSchema(kinds)
	if err != nil {
		return fmt.Errorf("derive schema: %w", err)
	}
	defer func() { _ = os.Remove(schema) }()
	if err := removeOld(output); err != nil {
		return fmt.Errorf("remove old files: %w", err)
	}
	arguments := args.New()
	arguments.OutputDir, arguments.OutputPkg = output, module+"/"+output
	arguments.OpenAPISchemaFilePath = schema
	return context.ExecuteTargets(targets(context, arguments))
}

// markKinds gives every kind the markers that the generator looks for, and returns
// the names of the kinds.
func markKinds(context *generator.Context) []types.Name {
	var kinds []types.Name
	for _, input := range inputs() {
		for _, t := range context.Universe[input].Types {
			comment := strings.Join(t.CommentLines, "\n")
			if !strings.Contains(comment, kindMarker) {
				continue
			}
			t.CommentLines = append(t.CommentLines, "+genclient")
			if !strings.Contains(comment, statusMarker) {
				t.CommentLines = append(t.CommentLines, "+genclient:noStatus")
			}
			if strings.Contains(comment, clusterMarker) {
				t.CommentLines = append(t.CommentLines, "+genclient:nonNamespaced")
			}
			kinds = append(kinds, t.Name)
		}
	}
	return kinds
}

// removeOld removes what earlier runs wrote, so that nothing is left of types that
// are gone.
func removeOld(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasPrefix(entry.Name(), prefix) {
			return err
		}
		return os.Remove(path)
	})
}

// targets are those of the generator without the one for the package at the top: that
// holds ForKind, which needs more than our packages of types have and serves generated
// clients only.
func targets(context *generator.Context, arguments *args.Args) []generator.Target {
	var wanted []generator.Target
	for _, target := range generators.GetTargets(context, arguments) {
		if target.Path() != arguments.OutputPkg {
			wanted = append(wanted, renamed{target})
		}
	}
	return wanted
}

// renamed is a target whose files are named as all generated files are here.
type renamed struct{ generator.Target }

func (r renamed) Generators(context *generator.Context) []generator.Generator {
	all := r.Target.Generators(context)
	for i, g := range all {
		all[i] = prefixed{g}
	}
	return all
}

type prefixed struct{ generator.Generator }

func (p prefixed) Filename() string { return prefix + p.Generator.Filename() }
