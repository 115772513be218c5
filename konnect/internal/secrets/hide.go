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
	for _, path := range paths {
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

// Hide returns a text of somebody else's without secret values, in whatever form it quotes
// them. One with a value so short that it may be there by chance is hidden as a whole.
func Hide(text string, values []string) string {
	const shortest = 4
	var forms []string
	for _, value := range values {
		if len(value) < shortest && strings.Contains(text, value) {
			return crd.Redacted
		}
		forms = append(forms, formsOf(value)...)
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // one may be a part of another
	for _, form := range forms {
		text = strings.ReplaceAll(text, form, crd.Redacted)
	}
	return text
}

func formsOf(value string) []string {
	quoted, _ := json.Marshal(value) //nolint:errchkjson // a string always can be
	raw := []byte(value)
	one, two, three := md5.Sum(raw), sha1.Sum(raw), sha256.Sum256(raw) //nolint:gosec // it is what others may quote
	forms := []string{hex.EncodeToString(raw)}
	for _, sum := range [][]byte{one[:], two[:], three[:]} {
		forms = append(forms, hex.EncodeToString(sum), base64.StdEncoding.EncodeToString(sum))
	}
	return append(forms,
		value, strings.TrimSpace(value), strings.Trim(string(quoted), `"`), url.QueryEscape(value), url.PathEscape(value),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	)
}
