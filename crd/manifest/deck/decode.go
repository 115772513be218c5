package deck

import (
	"bytes"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/crd/manifest/internal/syntax"
	"github.com/konnectkit/konnectkit/internal/fromentity"
)

// File is what a decK file says.
type File struct {
	// ControlPlaneName is the name of the control plane in Konnect; empty where the file
	// names none.
	ControlPlaneName string
	// SelectTags are those by which decK tells the entities of the file from others. Every
	// object has them among its tags, but for the marks of konnectkit: while they stay there,
	// decK takes the entities for its own too.
	SelectTags []string
	// Objects are the entities in the order of the file, each before those below it, with a
	// KongPlugin before each KongPluginBinding. The control plane is not among them: attach
	// to it with konnect.Client.ControlPlane, under the name that InControlPlane gives.
	Objects []crd.Object
}

// DecodeOption configures Decode.
type DecodeOption func(*decodeOptions)

type decodeOptions struct {
	namespace, adoption string
	plane               crd.Key
	variable            func(name string) (string, bool)
}

// InNamespace puts the objects into a namespace; by default they have none, which stands for
// that of whoever applies them.
func InNamespace(namespace string) DecodeOption {
	return func(o *decodeOptions) { o.namespace = namespace }
}

// InControlPlane is the object of the control plane that the objects refer to. An empty
// namespace is theirs. By default it has the name in the file, in the form of a name of
// Kubernetes.
func InControlPlane(namespace, name string) DecodeOption {
	return func(o *decodeOptions) { o.plane = crd.Key{Namespace: namespace, Name: name} }
}

// WithVariables gives the values of the environment variables that the file names, such as
// os.LookupEnv does. Without it a file that names any is refused.
func WithVariables(lookup func(name string) (string, bool)) DecodeOption {
	return func(o *decodeOptions) { o.variable = lookup }
}

// WithAdoption makes the object of each entity that has an ID in the file take over the
// entity of that ID: spec.adopt with a mode, match or override. Without it an ID is spec.id
// for the kinds that have it, and serves references within the file for the others.
func WithAdoption(mode string) DecodeOption { return func(o *decodeOptions) { o.adoption = mode } }

// Decode reads a file of decK, format 3.0, in YAML or JSON, as decK does: below each other or
// by references, with _info.defaults, _plugin_configs, select tags, a url in place of the
// fields of a service, and templates of environment variables (env, toInt, toFloat, toBool,
// indent, printf "%q"). Routes without protocols get http and https, decK's default, which is
// not that of every control plane.
//
// Objects are named after their entities, so that the same file gives the same names; what
// bears konnectkit's marks gets the name of the object that they are of. The
// error is a *manifest.DecodeError with all problems by their lines: what has no kind, or no
// field in it, what refers to something that is not in the file, and what the CRD refuses.
// None shows a value. Other errors come from r, or wrap manifest.ErrTooLarge.
func Decode(r io.Reader, opts ...DecodeOption) (*File, error) {
	input, err := io.ReadAll(io.LimitReader(r, manifest.MaxDocumentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read decK file: %w", err)
	}
	if len(input) > manifest.MaxDocumentBytes {
		return nil, fmt.Errorf("read decK file: input of more than %d bytes is %w", manifest.MaxDocumentBytes, manifest.ErrTooLarge)
	}
	d := decoder{table: fromentity.NewTable(), lists: lists()}
	for _, opt := range opts {
		opt(&d.options)
	}
	if mode := d.options.adoption; mode != "" && mode != commonv1alpha1.AdoptModeMatch && mode != commonv1alpha1.AdoptModeOverride {
		return nil, fmt.Errorf("decode decK file: mode of adoption %q must be match or override", mode)
	}
	d.decode(bytes.TrimPrefix(input, []byte("\ufeff")))
	if len(d.problems) > 0 {
		return nil, d.failure()
	}
	return &d.file, nil
}

// decoder collects the entities of one file.
type decoder struct {
	options   decodeOptions
	table     *fromentity.Table
	lists     map[string]list
	templates templates
	values    int

	file File
	// defaults and configs are those of the file by name.
	defaults, configs map[string]map[string]any
	// index finds entities by collection and by what they are called.
	index map[string]map[string]*found
	// found are the entities, and joining the members of groups that lie below these.
	found, joining []*found
	problems       []manifest.Problem
}

func (d *decoder) decode(input []byte) {
	var tree yaml.Node
	text := d.scan(input)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&tree); err != nil && !isEnd(err) {
		line, message := syntax.Explain(err)
		d.report(line, "", "", message)
		return
	}
	var rest yaml.Node
	if err := decoder.Decode(&rest); !isEnd(err) {
		d.report(rest.Line, "", "", "has a second document, which decK does not read")
	}
	root := &tree
	if tree.Kind == yaml.DocumentNode {
		root = tree.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		d.report(root.Line, "", "", "is no decK file: it must be an object with _format_version")
		return
	}
	members := d.members(root, nil)
	if !d.isFormat(members, root.Line) {
		return
	}
	d.head(members)
	for _, m := range members {
		d.list(m, nil, d.lists, nil)
	}
	d.link()
}
