package testcluster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Option changes what a cluster starts with.
type Option func(*options)

type options struct {
	crds  []*apiextensionsv1.CustomResourceDefinition
	flags []flag
	err   error
}

type flag struct {
	name   string
	values []string
}

// WithCRDs installs the custom resource definitions of a YAML stream.
func WithCRDs(content []byte) Option {
	return func(o *options) {
		crds, err := parseCRDs(content)
		o.crds = append(o.crds, crds...)
		o.err = errors.Join(o.err, err)
	}
}

// WithCRDFiles installs the custom resource definitions of YAML files that match the
// pattern of filepath.Glob; that none matches is an error.
func WithCRDFiles(pattern string) Option {
	return func(o *options) {
		names, err := filepath.Glob(pattern)
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("no CRD file matches %s", pattern)
		}
		o.err = errors.Join(o.err, err)
		for _, name := range names {
			content, err := os.ReadFile(name)
			crds, parseErr := parseCRDs(content)
			o.crds = append(o.crds, crds...)
			if err = errors.Join(err, parseErr); err != nil {
				o.err = errors.Join(o.err, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
}

// WithAPIServerFlag sets a flag of kube-apiserver, written without the dashes.
func WithAPIServerFlag(name string, values ...string) Option {
	return func(o *options) { o.flags = append(o.flags, flag{name, values}) }
}

func collect(opts []Option) ([]*apiextensionsv1.CustomResourceDefinition, []flag, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o.crds, o.flags, o.err
}

func parseCRDs(content []byte) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	var crds []*apiextensionsv1.CustomResourceDefinition
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return crds, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read CRDs: %w", err)
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(document, crd); err != nil {
			return nil, fmt.Errorf("read CRDs: %w", err)
		}
		switch crd.Kind {
		case "CustomResourceDefinition":
			crds = append(crds, crd)
		case "": // A document of comments alone.
		default:
			return nil, fmt.Errorf("read CRDs: found a %s", crd.Kind)
		}
	}
}
