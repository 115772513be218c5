package conformance

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// absent stands for a property that is left out.
type absent struct{}

// candidate is a value to put somewhere, and whether it meets the schema of that place
// by itself.
type candidate struct {
	value any
	fits  bool
}

const (
	isRequired = true
	isOptional = false
)

// phrases are strings of many forms: names, URLs, identifiers, and what nearly is one.
func phrases() []string {
	return []string{
		"", "a", "A", "1", "-", "_", "é", "😀", "a-b", "-a", "a-", "a.b", "a..b", ".a", "a.", "a_b", "a,b", "a:b", "a,", "a:",
		"a/b", "a/B", "A/b", "/a", "a/", "a/b/c", "a b", " a", "a\n", "Kong-1", "1Kong", "Kong-", "Kong_1", "example.com", "EXAMPLE.com",
		"0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a12", "0B4C5D62-5D0B-4A8A-9A9D-6D0F3B6C1A12", "0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a1",
		"0b4c5d625d0b4a8a9a9d6d0f3b6c1a12", "0b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a123", "g b4c5d62-5d0b-4a8a-9a9d-6d0f3b6c1a1",
		"https://us.api.konghq.com", "http://us.api.konghq.com", "HTTPS://a", "https:", "https://", "//a", "127.0.0.1:8080", "localhost:8080",
		"a:80", "[::1]:80", "https://a b", "https://a%zz", "a/b?c", "us.api.konghq.com", "-a.b", "kpat_", "spat_x", "KPAT_x", " kpat_x",
		"null", "true", "yes", "~", "0x1", "1e3", "2026-01-02", "\x00", "\u2028",
	}
}

func times() []string {
	return []string{
		"1970-01-01T00:00:00Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00", "2026-01-02T03:04:05.5Z", "2026-01-02t03:04:05z",
		"2026-01-02 03:04:05Z", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-02T03:04:05", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"10000-01-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-02T23:59:60Z", "2026-01-02T24:00:00Z", "", "a",
	}
}

// candidates lists values for a place with the schema, fit ones and others.
func (p *property) candidates(t testing.TB, required bool) []candidate {
	t.Helper()
	list := []candidate{{absent{}, !required}, {nil, !required}}
	switch p.Type {
	case "string":
		return append(list, p.strings(t)...)
	case "integer", "number":
		return append(list, p.numbers()...)
	case "boolean":
		return append(list, candidate{true, true}, candidate{false, true}, candidate{"true", false}, candidate{number("1"), false}, candidate{tree{}, false})
	case "array":
		return append(list, p.lists(t)...)
	case "":
		return append(list, anything()...)
	default:
		return append(list, p.objects(t)...)
	}
}

// anything are values of all types, for a place that has none.
func anything() []candidate {
	var list []candidate
	for _, value := range []any{
		"a", "", "null", true, number("1"), number("-1.50"), number("9007199254740993"), []any{}, []any{"a", nil, tree{}},
		tree{}, tree{"a": nil}, tree{"b": tree{"c": []any{number("1e3")}}, "a": "\u2028"},
	} {
		list = append(list, candidate{value, true})
	}
	return list
}

func number(text string) json.Number { return json.Number(text) }

func (p *property) strings(t testing.TB) []candidate {
	t.Helper()
	texts := append([]string{"", "a", "é", "a b", "null"}, p.words...)
	if p.Pattern != "" || len(p.XValidations) > 0 {
		texts = append(texts, phrases()...)
	}
	if p.Format == "date-time" {
		texts = times()
	}
	for _, member := range p.enum(t) {
		texts = append(texts, member, member+"x", strings.ToUpper(member), strings.ToLower(member), " "+member)
	}
	for _, limit := range []*int64{p.MinLength, p.MaxLength} {
		for _, letter := range []string{"a", "é", "😀"} {
			for by := int64(-1); limit != nil && by <= 1; by++ {
				texts = append(texts, strings.Repeat(letter, max(0, int(*limit+by))))
			}
		}
	}
	list := []candidate{{number("1"), false}, {true, false}, {[]any{}, false}, {tree{}, false}}
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		list = append(list, candidate{text, p.fitsText(t, text)})
	}
	return list
}

func (p *property) fitsText(t testing.TB, text string) bool {
	t.Helper()
	length := int64(len([]rune(text)))
	enum := p.enum(t)
	return (p.MinLength == nil || length >= *p.MinLength) && (p.MaxLength == nil || length <= *p.MaxLength) &&
		(len(enum) == 0 || slices.Contains(enum, text)) &&
		(p.Pattern == "" || regexp.MustCompile(p.Pattern).MatchString(text)) &&
		(p.Format != "date-time" || text == times()[0] || text == times()[1])
}

func (p *property) numbers() []candidate {
	texts := []string{
		"0", "1", "-1", "2", "100", "101", "1.0", "1e2", "1.5", "-0", "-0.0", "0.1", "1e-400", "255", "65535", "65536", "9007199254740993",
		strconv.Itoa(math.MaxInt32), strconv.Itoa(math.MaxInt32 + 1), strconv.Itoa(math.MinInt32 - 1),
		strconv.Itoa(math.MaxInt64), strconv.Itoa(math.MinInt64), "9223372036854775808", "-9223372036854775809", "1e19", "1e30", "1e400",
	}
	for _, limit := range []*float64{p.Minimum, p.Maximum} {
		for by := -1; limit != nil && by <= 1; by++ {
			texts = append(texts, strconv.Itoa(int(*limit)+by))
		}
	}
	list := []candidate{{"1", false}, {true, false}, {[]any{}, false}}
	for _, text := range texts {
		value, err := strconv.ParseFloat(text, 64)
		whole, wholeErr := strconv.ParseInt(text, 10, 64)
		fits := err == nil && (p.Minimum == nil || value >= *p.Minimum) && (p.Maximum == nil || value <= *p.Maximum) &&
			(p.Type == "number" || wholeErr == nil && (p.Format == "int64" || whole <= math.MaxInt32))
		list = append(list, candidate{number(text), fits})
	}
	return list
}

func (p *property) lists(t testing.TB) []candidate {
	t.Helper()
	item := p.items.example(t)
	list := []candidate{{"a", false}, {tree{}, false}, {[]any{nil}, false}, {[]any{item, nil}, false}}
	counts := []int64{0, 1, 2, 3}
	for _, limit := range []*int64{p.MinItems, p.MaxItems} {
		for by := int64(-1); limit != nil && by <= 1; by++ {
			counts = append(counts, max(0, *limit+by))
		}
	}
	for _, count := range counts {
		items := make([]any, count)
		for i := range items {
			items[i] = clone(item)
		}
		fits := (p.MinItems == nil || count >= *p.MinItems) && (p.MaxItems == nil || count <= *p.MaxItems) &&
			(count < 2 || p.XListType == nil || *p.XListType == "atomic")
		list = append(list, candidate{items, fits})
	}
	return list
}

func (p *property) objects(t testing.TB) []candidate {
	t.Helper()
	list := []candidate{{"a", false}, {[]any{}, false}, {tree{}, len(p.Required) == 0}}
	if p.additional != nil {
		item := p.additional.example(t)
		for _, key := range append(phrases(), p.words...) {
			list = append(list, candidate{tree{key: clone(item)}, true})
		}
		list = append(list, candidate{tree{"a": nil}, true}, candidate{tree{"a": tree{}}, false})
		for _, count := range []int{39, 40, 41} {
			many := tree{}
			for i := range count {
				many["a"+strconv.Itoa(i)] = clone(item)
			}
			list = append(list, candidate{many, true})
		}
		return list
	}
	return append(list, candidate{p.example(t), true}, candidate{tree{"unknown": true}, false})
}

// example is a value that has what the schema requires, and nothing else.
func (p *property) example(t testing.TB) any {
	t.Helper()
	switch p.Type {
	case "object":
		object := tree{}
		for _, name := range p.Required {
			object[name] = p.properties[name].example(t)
		}
		return object
	case "array":
		return []any{}
	case "boolean":
		return true
	case "":
		return tree{}
	default:
		for _, c := range p.candidates(t, isRequired) {
			if text, ok := c.value.(string); c.fits && (!ok || text != "") {
				return c.value
			}
		}
		t.Fatalf("no value fits %v", p.JSONSchemaProps)
		return nil
	}
}
