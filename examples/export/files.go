package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
)

// file is a file to be written.
type file struct {
	mode    os.FileMode
	objects []crd.Object
}

// write puts the file where it belongs in one step. Nobody but the user can read it before
// it has its mode.
func (f file) write(path string) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".export-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	err = errors.Join(manifest.Encode(temporary, f.objects...), temporary.Chmod(f.mode), temporary.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// byService puts each service with what belongs to it alone into a file, and the rest into
// one that is shared.
func byService(objects []crd.Object) map[string]file {
	homes := map[crd.Key]map[crd.Key]bool{} // of each object the services that it belongs to
	put := func(obj, service crd.Key) bool {
		if homes[obj] == nil {
			homes[obj] = map[crd.Key]bool{}
		}
		fresh := !homes[obj][service]
		homes[obj][service] = true
		return fresh
	}
	upstreams := map[string]crd.Key{}
	for _, obj := range objects {
		if u, ok := obj.(*configurationv1alpha1.KongUpstream); ok && u.Spec.Name != nil {
			upstreams[*u.Spec.Name] = crd.KeyOf(obj)
		}
	}
	for _, obj := range objects {
		if s, ok := obj.(*configurationv1alpha1.KongService); ok {
			put(crd.KeyOf(obj), crd.KeyOf(obj))
			if upstream, ok := upstreams[s.Spec.Host]; ok {
				put(upstream, crd.KeyOf(obj))
			}
		}
	}
	for again := true; again; {
		again = false
		for _, obj := range objects {
			for _, ref := range obj.References() {
				for service := range homes[ref.To] {
					again = put(crd.KeyOf(obj), service) || again
				}
				if ref.To.Kind == crd.PluginKind { // which serves its binding alone
					for service := range homes[crd.KeyOf(obj)] {
						again = put(ref.To, service) || again
					}
				}
			}
		}
	}
	files := map[string]file{}
	for _, obj := range objects {
		name := "shared.yaml"
		if homes := homes[crd.KeyOf(obj)]; len(homes) == 1 {
			for service := range homes {
				name = "service-" + service.Name + ".yaml"
			}
		}
		f := files[name]
		f.mode, f.objects = 0o644, append(f.objects, obj)
		files[name] = f
	}
	return files
}
