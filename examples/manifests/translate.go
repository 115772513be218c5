package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// kongClass is the class that stands for the only control plane without --class.
const kongClass = "kong"

// classes collects --class: the control plane of a class, by name or namespace/name.
type classes map[string]string

func (c *classes) String() string { return "" }

// Set implements flag.Value.
func (c *classes) Set(text string) error {
	class, plane, found := strings.Cut(text, "=")
	if !found || plane == "" || (*c)[class] != "" {
		return errors.New("want CLASS=CONTROLPLANE, once for each class")
	}
	if *c == nil {
		*c = classes{}
	}
	(*c)[class] = plane
	return nil
}

// translate makes Kong's objects of what is of a class that has a control plane, and leaves
// the rest out.
func (r *reader) translate(o options) error {
	planes, err := planesOfClasses(o.classes, r.objects)
	if err != nil {
		return err
	}
	isOurs := func(class string) bool { return planes[class].Name != "" }
	if !slices.ContainsFunc(r.cluster.Classes(), isOurs) {
		return r.leaveTaken(o)
	}
	var problems []error
	for _, t := range r.taken {
		if t.err != nil {
			problems = append(problems, fmt.Errorf("%s: document %d, line %d: %s %s: %w", t.file.name(), t.what.Document, t.what.Line, t.what.Kind, oneLine(t.what.Name), t.err))
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	translation, err := r.cluster.Translate(planes, r.objects, o.strict)
	if err != nil {
		return err
	}
	r.translated, r.left.warnings = translation.Objects, translation.Warnings
	return nil
}

// leaveTaken leaves out what nothing was made of.
func (r *reader) leaveTaken(o options) error {
	if o.translate {
		return errors.New("no Ingress and no Gateway is of a class that has a control plane; see --class")
	}
	var problems []error
	for _, t := range r.taken {
		r.left.object(t.file.name(), t.what)
		if o.strict {
			problems = append(problems, fmt.Errorf("%s: %s, of no class that has a control plane", t.file.name(), t.what))
		}
	}
	return errors.Join(problems...)
}

// planesOfClasses returns the control plane of each class.
func planesOfClasses(wanted classes, objects []crd.Object) (map[string]crd.Key, error) {
	var known []crd.Key
	for _, object := range objects {
		if key := crd.KeyOf(object); key.Group == crd.KonnectGroup && key.Kind == crd.ControlPlaneKind {
			known = append(known, key)
		}
	}
	planes := map[string]crd.Key{}
	if len(known) == 1 {
		planes[kongClass] = known[0]
	}
	for _, class := range slices.Sorted(maps.Keys(wanted)) {
		namespace, name, full := strings.Cut(wanted[class], "/")
		if full {
			planes[class] = crd.Key{Group: crd.KonnectGroup, Kind: crd.ControlPlaneKind, Namespace: namespace, Name: name}
			continue
		}
		named := slices.DeleteFunc(slices.Clone(known), func(key crd.Key) bool { return key.Name != wanted[class] })
		if len(named) != 1 {
			return nil, fmt.Errorf("--class %s=%s: %d control planes of the files have this name: write NAMESPACE/NAME, also for one that --control-plane names",
				class, wanted[class], len(named))
		}
		planes[class] = named[0]
	}
	return planes, nil
}

// printTranslated prints what was made of the objects of a cluster.
func printTranslated(objects []crd.Object, s streams) int {
	if err := manifest.Encode(s.out, objects...); err != nil {
		return s.fail(exitFailed, err)
	}
	return exitDone
}
