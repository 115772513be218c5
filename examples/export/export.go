package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/konnect"
)

// difference is what --verify has found.
type difference struct{ error }

func export(ctx context.Context, client *konnect.Client, o options, stdout, stderr io.Writer) error {
	e, err := client.Export(ctx, o.selector(), o.exportOptions()...)
	if err != nil {
		return err
	}
	for _, skipped := range e.Skipped {
		fmt.Fprintln(stderr, "skipped:", skipped)
	}
	for _, warning := range e.Warnings {
		fmt.Fprintln(stderr, "warning:", warning)
	}
	if o.verify { // before names are added that only a cluster knows
		if err := verify(ctx, e, stderr); err != nil {
			return err
		}
	}
	if o.auth != "" {
		for _, obj := range e.Objects {
			if plane, ok := obj.(*konnectv1alpha2.KonnectGatewayControlPlane); ok {
				plane.Spec.Konnect = &konnectv1alpha2.KonnectConfiguration{
					APIAuthConfigurationRef: konnectv1alpha2.KonnectAPIAuthConfigurationRef{Name: o.auth},
				}
			}
		}
	}
	if o.out == "" {
		return manifest.Encode(stdout, e.Objects...)
	}
	return write(e, o, stdout, stderr)
}

// verify plans the export where it comes from.
func verify(ctx context.Context, e *konnect.Export, stderr io.Writer) error {
	plan, err := e.Verify(ctx)
	if err != nil {
		return &difference{err}
	}
	adopted := 0
	for _, c := range plan.Changes {
		if c.Action == konnect.ActionAdopted {
			adopted++
		}
	}
	fmt.Fprintf(stderr, "verified: adopt %d, change 0\n", adopted)
	return nil
}

// write writes the files, each by renaming one that is complete, and tells of those that an
// earlier export has left.
func write(e *konnect.Export, o options, stdout, stderr io.Writer) error {
	files := map[string]file{"export.yaml": {mode: 0o644, objects: e.Objects}}
	if o.split {
		files = byService(e.Objects)
	}
	if len(e.Secrets) > 0 {
		files["secrets.yaml"] = file{mode: 0o600, objects: e.Secrets}
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil { //nolint:gosec // as umask says
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		if err := f.write(filepath.Join(o.out, name)); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s: %d objects\n", name, len(f.objects))
	}
	return tellOfOthers(o.out, files, stderr)
}

// tellOfOthers names files that an export would have written and this one has not: applied
// with the others, they would bring back what is gone.
func tellOfOthers(dir string, files map[string]file, stderr io.Writer) error {
	there, err := os.ReadDir(dir)
	for _, entry := range there {
		name := entry.Name()
		isOurs := slices.Contains([]string{"export.yaml", "secrets.yaml", "shared.yaml"}, name) ||
			strings.HasPrefix(name, "service-") && strings.HasSuffix(name, ".yaml")
		if _, written := files[name]; isOurs && !written {
			fmt.Fprintf(stderr, "warning: %s is not of this export; remove it if it is of an earlier one\n", name)
		}
	}
	return err
}
