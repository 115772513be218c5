package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/konnect"
)

// attachment is a value of --control-plane: which control plane of Konnect stands for
// which reference of the objects.
type attachment struct {
	// ref is the name, or namespace/name, by which objects refer to it; empty for the only one.
	ref string
	// plane is its name or ID.
	plane string
}

// attachments collects --control-plane, which may be given several times.
type attachments []attachment

func (a *attachments) String() string { return "" }

// Set implements flag.Value.
func (a *attachments) Set(text string) error {
	ref, plane, two := strings.Cut(text, "=")
	if !two {
		ref, plane = "", text
	}
	if plane == "" || two && ref == "" {
		return errors.New("want NAME, or REF=NAME")
	}
	*a = append(*a, attachment{ref, plane})
	return nil
}

// attach adds the control planes that are in Konnect already to the objects that refer
// to them.
func attach(ctx context.Context, client *konnect.Client, objects []crd.Object, all attachments) ([]crd.Object, error) {
	open := openPlanes(objects)
	for _, a := range all {
		key, err := a.choose(open)
		if err != nil {
			return nil, err
		}
		open = slices.DeleteFunc(open, func(other crd.Key) bool { return other == key })
		selector := konnect.ControlPlaneSelector{Name: a.plane}
		if uuid.Validate(a.plane) == nil {
			selector = konnect.ControlPlaneSelector{ID: a.plane}
		}
		plane, err := client.ControlPlane(ctx, selector)
		if err != nil {
			return nil, err
		}
		plane.Name, plane.Namespace = key.Name, key.Namespace
		objects = append(objects, plane)
	}
	return objects, nil
}

// openPlanes are the control planes that objects refer to and that are not among them.
func openPlanes(objects []crd.Object) []crd.Key {
	there := map[crd.Key]bool{}
	for _, object := range objects {
		there[crd.KeyOf(object)] = true
	}
	var open []crd.Key
	for _, object := range objects {
		for _, reference := range object.References() {
			if to := reference.To; to.GroupKind() == crd.ControlPlaneGroupKind() && !there[to] && !slices.Contains(open, to) {
				open = append(open, to)
			}
		}
	}
	return open
}

// choose returns the reference that an attachment is for.
func (a attachment) choose(open []crd.Key) (crd.Key, error) {
	var meant []crd.Key
	for _, key := range open {
		if a.ref == "" || a.ref == key.Name || a.ref == key.Namespace+"/"+key.Name {
			meant = append(meant, key)
		}
	}
	if len(meant) == 1 {
		return meant[0], nil
	}
	names := make([]string, len(open))
	for i, key := range open {
		names[i] = key.Namespace + "/" + key.Name
	}
	there := "they refer to " + strings.Join(names, ", ")
	if len(open) == 0 {
		there = "they refer to none that is not among them"
	}
	if a.ref == "" {
		return crd.Key{}, fmt.Errorf("--control-plane %s: it is not clear for which control plane of the files: %s; say REF=%s", a.plane, there, a.plane)
	}
	return crd.Key{}, fmt.Errorf("--control-plane %s=%s: the files do not refer to exactly one such control plane: %s", a.ref, a.plane, there)
}
