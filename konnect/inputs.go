package konnect

import "github.com/konnectkit/konnectkit/crd"

// inputs collects what the payload is made of. IDs that are not known yet are
// stood in for by the key of the object.
func (s *session) inputs(m *member, observed map[string]any) inputs {
	in := inputs{ids: map[string]string{}, observed: observed}
	if m.node != nil {
		for _, edge := range m.node.Edges {
			if !isMembership(m, edge) { // it is written by calls of its own, later
				in.ids[edge.Field] = idOf(s.leadsTo(edge), edge.To)
			}
		}
	}
	tags := userTags(m.obj)
	tags = append(tags, s.client.config.keptTags.beside(tags, observed)...)
	in.tags = tagsWithMarks(tags, s.owner, m.key, annotatedDeletion(m.obj))
	in.labels = s.labels(m, observed)
	return in
}

// idOf is the ID of m, which is what a reference to key leads to.
func idOf(m *member, key crd.Key) string {
	if m != nil && m.id != "" {
		return m.id
	}
	return "(known after apply: " + key.String() + ")"
}

// labelled is an object whose entity has labels.
type labelled interface{ GetKonnectLabels() map[string]string }

// labels merges ours into those that Konnect holds, so that others stay.
func (s *session) labels(m *member, observed map[string]any) map[string]string {
	obj, ok := m.obj.(labelled)
	if !ok {
		return nil
	}
	held, _ := observed["labels"].(map[string]any)
	others := 0
	for key := range held {
		if _, mine := obj.GetKonnectLabels()[key]; !mine && !isMarkKey(key) && !m.dropsLabel(key) {
			others++
		}
	}
	labels := labelsWithMarks(obj.GetKonnectLabels(), others, s.owner, m.key, annotatedDeletion(m.obj))
	for key, value := range held {
		if text, isText := value.(string); isText && labels[key] == "" && !m.dropsLabel(key) {
			labels[key] = text
		}
	}
	return labels
}
