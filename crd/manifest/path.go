package manifest

import (
	"strconv"
	"strings"
)

// path is the place of a value within a document, as a list from the value up to
// the document itself, which is nil.
type path struct {
	parent *path
	key    string
	index  int
	isItem bool
}

func (p *path) child(key string) *path { return &path{parent: p, key: key} }

func (p *path) item(index int) *path { return &path{parent: p, index: index, isItem: true} }

// steps lists the path from the document down.
func (p *path) steps() []*path {
	var steps []*path
	for ; p != nil; p = p.parent {
		steps = append([]*path{p}, steps...)
	}
	return steps
}

// String is the path as API servers print it: spec.paths[0]. Keys that are not
// plain names are quoted: metadata.labels["a.b/c"].
func (p *path) String() string {
	var s strings.Builder
	for _, step := range p.steps() {
		switch {
		case step.isItem:
			s.WriteString("[" + strconv.Itoa(step.index) + "]")
		case !isPlainKey(step.key):
			s.WriteString("[" + strconv.Quote(step.key) + "]")
		case s.Len() > 0:
			s.WriteString("." + step.key)
		default:
			s.WriteString(step.key)
		}
	}
	return s.String()
}

// below is the path from root on, which is the document or an object of a list.
func (p *path) below(root *path) string {
	var at *path
	for _, step := range p.steps()[len(root.steps()):] {
		at = &path{parent: at, key: step.key, index: step.index, isItem: step.isItem}
	}
	return at.String()
}

func isPlainKey(key string) bool {
	for _, c := range key {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return key != ""
}
