package secrets

import (
	"cmp"
	"crypto/md5"  //nolint:gosec // see formsOf
	"crypto/sha1" //nolint:gosec // see formsOf
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/internal/canon"
)

// Texts are the secret values of an entity at some paths, and what is kept of those of
// which there is a formula.
func Texts(entity canon.Object, paths []string, fields []Field) []string {
	var texts []string
	for _, path := range canon.Expand(entity, paths) {
		texts = appendTexts(texts, at(entity, path))
	}
	for _, f := range fields {
		if value := at(entity, f.Name); f.Formula != nil && !isNone(value) {
			texts = append(texts, f.Formula(textOf(value), entity))
		}
	}
	return texts
}

func appendTexts(texts []string, value any) []string {
	switch value := value.(type) {
	case string:
		if value != "" {
			texts = append(texts, value)
		}
	case []any:
		for _, item := range value {
			texts = appendTexts(texts, item)
		}
	case canon.Object:
		for _, item := range value {
			texts = appendTexts(texts, item)
		}
	}
	return texts
}

// Hider hides secret values in texts of somebody else's, in whatever form those quote them.
// The zero value hides none.
type Hider struct{ short, forms []string }

// NewHider returns one for some values.
func NewHider(values []string) Hider {
	const shortest = 4
	var h Hider
	for _, value := range values {
		if len(value) < shortest {
			h.short = append(h.short, value)
		}
		h.forms = append(h.forms, formsOf(value)...)
		h.forms = append(h.forms, partsOf(value)...)
	}
	slices.SortFunc(h.forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) }) // one may be a part of another
	h.forms = slices.DeleteFunc(slices.Compact(h.forms), func(form string) bool { return form == "" })
	return h
}

// Hide returns a text without the values. One with a value so short that it may be there by
// chance is hidden as a whole.
func (h Hider) Hide(text string) string {
	if slices.ContainsFunc(h.short, func(value string) bool { return strings.Contains(text, value) }) {
		return crd.Redacted
	}
	for _, form := range h.forms {
		text = strings.ReplaceAll(text, form, crd.Redacted)
	}
	return text
}

// formsOf are the ways in which a value is quoted as a whole.
func formsOf(value string) []string {
	raw := []byte(value)
	one, two, three := md5.Sum(raw), sha1.Sum(raw), sha256.Sum256(raw) //nolint:gosec // it is what others may quote
	forms := []string{hex.EncodeToString(raw)}
	for _, sum := range [][]byte{one[:], two[:], three[:]} {
		forms = append(forms, hex.EncodeToString(sum), base64.StdEncoding.EncodeToString(sum))
	}
	for _, text := range slices.Compact([]string{value, strings.TrimSpace(value)}) {
		once := quoted(text)
		forms = append(forms, text, once[0], once[1], url.QueryEscape(text), url.PathEscape(text), strings.Join(strings.Fields(text), " "))
		for _, inner := range once {
			twice := quoted(inner)
			forms = append(forms, twice[:]...)
		}
	}
	return append(forms,
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	)
}

// quoted is a text within quotes of JSON, with the escapes that are good for HTML too and
// without.
func quoted(text string) [2]string {
	html, _ := json.Marshal(text) //nolint:errchkjson // a string always can be
	plain := canon.Text(text)
	return [2]string{string(html[1 : len(html)-1]), plain[1 : len(plain)-1]}
}

// partsOf are what is secret by itself of a value that is made of several: the lines of a
// key in PEM, the members of one in JSON. What is as short as a name or a type is none.
func partsOf(value string) []string {
	const line, member = 8, 20
	var parts []string
	if object, err := canon.Decode([]byte(value)); err == nil {
		return slices.DeleteFunc(appendTexts(parts, object), func(text string) bool { return len(text) < member })
	}
	if !strings.Contains(strings.TrimSpace(value), "\n") {
		return nil
	}
	for text := range strings.Lines(value) {
		if text = strings.TrimSpace(text); len(text) >= line && !strings.HasPrefix(text, "-----") {
			parts = append(parts, text)
		}
	}
	return parts
}
