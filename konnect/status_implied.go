package konnect

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/marks"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// sourceConditions are about what i names to imply something. Where it names nothing of a
// kind, there is none.
func (s *statuses) sourceConditions(i *item) []metav1.Condition {
	bad := map[*kinds.Implication]string{}
	named := map[*kinds.Implication]bool{}
	for _, edge := range i.node.Edges {
		implication := i.kind.Implication(edge.Reference)
		if edge.Role != crd.RoleImplies || implication == nil {
			continue
		}
		named[implication] = true
		switch {
		case bad[implication] != "":
		case edge.Node == nil:
			bad[implication] = fmt.Sprintf("Referenced %s %s/%s does not exist", edge.To.Kind, edge.To.Namespace, edge.To.Name)
		case slices.Contains(s.batch.implied.carriers[i].pending, marks.KeyOf(edge.To)):
			bad[implication] = statusText(s.results[i.n].fault.err)
		}
	}
	var conditions []metav1.Condition
	for n := range i.kind.Implies {
		if implication := &i.kind.Implies[n]; implication.Condition != "" && named[implication] {
			conditions = append(conditions, condition(implication.Condition, bad[implication] == "", reasonValid, reasonInvalid, bad[implication]))
		}
	}
	return conditions
}
