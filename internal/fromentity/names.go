package fromentity

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// longestName of ObjectName leaves room for what others add to a name.
const longestName = 200

// ObjectName is a text as a name of Kubernetes, such as shop.example.com for
// "Shop.Example.com" and my-service for "my_service": letters a to z, digits, and dashes and
// dots within. It is empty where nothing of the text is left. One that is too long is cut, and
// ends in a part of its digest.
func ObjectName(text string) string {
	folded := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(strings.ReplaceAll(text, "*", "wildcard")))
	var labels []string
	for label := range strings.SplitSeq(folded, ".") {
		if words := strings.FieldsFunc(label, func(r rune) bool { return r == '-' }); len(words) > 0 {
			labels = append(labels, strings.Join(words, "-"))
		}
	}
	name := strings.Join(labels, ".")
	if len(name) > longestName {
		sum := sha256.Sum256([]byte(text))
		name = strings.TrimRight(name[:longestName-9], "-.") + "-" + hex.EncodeToString(sum[:4])
	}
	return name
}
