package resolve

import (
	"context"
	"fmt"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
)

// coreGroup is how grants write the core group, whose name is empty.
const coreGroup = "core"

// grants answers which references into other namespaces are permitted.
type grants struct {
	source Source
	batch  map[crd.Key]bool // grants of the batch, which replace those of the source
	rules  map[grantRule]bool
	asked  map[string]error // what the source answered, by namespace
}

// grantRule permits a kind of a namespace (a key without a name) to refer to a
// target; a target without a name is every object of its kind and namespace.
type grantRule struct{ from, to crd.Key }

// newGrants takes the grants among the nodes of the batch.
func newGrants(source Source, batch []*Node) *grants {
	g := &grants{
		source: source,
		batch:  map[crd.Key]bool{},
		rules:  map[grantRule]bool{},
		asked:  map[string]error{},
	}
	for _, node := range batch {
		if grant, ok := node.Object.(*configurationv1alpha1.KongReferenceGrant); ok {
			g.batch[node.Key] = true
			g.add(grant)
		}
	}
	return g
}

func (g *grants) add(grant *configurationv1alpha1.KongReferenceGrant) {
	namespace := crd.NamespaceOf(grant)
	for _, from := range grant.Spec.From {
		for _, to := range grant.Spec.To {
			rule := grantRule{
				from: crd.Key{Group: keyGroup(from.Group), Kind: from.Kind, Namespace: from.Namespace},
				to:   crd.Key{Group: keyGroup(to.Group), Kind: to.Kind, Namespace: namespace},
			}
			switch {
			case to.Name == nil: // any
			case *to.Name == "": // no object has it; a rule without a name would mean any
				continue
			default:
				rule.to.Name = *to.Name
			}
			g.rules[rule] = true
		}
	}
}

// permit tells whether a grant of the batch, or else of the source, lets from
// refer to to.
func (g *grants) permit(ctx context.Context, from, to crd.Key) (bool, error) {
	if g.known(from, to) {
		return true, nil
	}
	if err := g.load(ctx, to.Namespace); err != nil {
		return false, fmt.Errorf("list the grants of namespace %s: %w", to.Namespace, err)
	}
	return g.known(from, to), nil
}

func (g *grants) known(from, to crd.Key) bool {
	from.Name = ""
	anyTo := to
	anyTo.Name = ""
	return g.rules[grantRule{from, anyTo}] || g.rules[grantRule{from, to}]
}

// load adds the source's grants of namespace, the first time that it is called.
func (g *grants) load(ctx context.Context, namespace string) error {
	if err, ok := g.asked[namespace]; ok {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	found, err := g.source.Grants(ctx, namespace)
	g.asked[namespace] = err
	for _, grant := range found {
		// A grant of another namespace must not count here.
		if grant != nil && crd.NamespaceOf(grant) == namespace && !g.batch[crd.KeyOf(grant)] {
			g.add(grant)
		}
	}
	return err
}

// keyGroup returns the group as keys have it.
func keyGroup(group string) string {
	if group == coreGroup {
		return ""
	}
	return group
}

// grantGroup returns the group as grants have it.
func grantGroup(group string) string {
	if group == "" {
		return coreGroup
	}
	return group
}
