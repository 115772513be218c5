package deck

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// templates are the templates of a file, for which marks stand in its text: they are
// evaluated once it is parsed, so that no value is taken for YAML that is not one.
type templates struct {
	mark string
	all  []string
}

func (t *templates) in(text string) bool { return t.all != nil && strings.Contains(text, t.mark) }

// scan returns the text with marks in place of its templates, on the same lines. As decK, it
// leaves comments alone.
func (d *decoder) scan(input []byte) []byte {
	for i := 0; ; i++ {
		d.templates.mark = fmt.Sprintf("deckTemplate%dNumber", i)
		if !bytes.Contains(input, []byte(d.templates.mark)) {
			break
		}
	}
	if !bytes.Contains(input, []byte(template)) {
		return input
	}
	lines := strings.Split(string(input), "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		var out strings.Builder
		for {
			before, rest, found := strings.Cut(line, template)
			out.WriteString(before)
			if !found {
				break
			}
			expression, after, closed := strings.Cut(rest, "}}")
			if !closed {
				d.report(i+1, "", "", "a template has no end on its line")
			}
			fmt.Fprintf(&out, "%s%dx", d.templates.mark, len(d.templates.all))
			d.templates.all = append(d.templates.all, expression)
			line = after
		}
		lines[i] = out.String()
	}
	return []byte(strings.Join(lines, "\n"))
}

// render puts the values of templates into a text; false after a problem.
func (d *decoder) render(text string, line int, at *spot) (string, bool) {
	parts := strings.Split(text, d.templates.mark)
	var out strings.Builder
	out.WriteString(parts[0])
	for _, part := range parts[1:] {
		number, rest, _ := strings.Cut(part, "x")
		n, err := strconv.Atoi(number)
		if err != nil || n >= len(d.templates.all) {
			return "", false
		}
		value, problem := d.evaluate(d.templates.all[n])
		if problem != "" {
			d.report(line, at.String(), "", problem)
			return "", false
		}
		out.WriteString(value + rest)
	}
	return out.String(), true
}

// expression is a variable or a text, and functions that it goes through.
var expression = sync.OnceValue(func() *regexp.Regexp {
	const text = `("[^"]*"|` + "`[^`]*`)"
	return regexp.MustCompile(`^\s*(env\s+)?` + text + `((?:\s*\|\s*(?:toInt|toFloat|toBool|indent\s+\d+|printf\s+"%q"))*)\s*$`)
})

// evaluate returns the value of a template, or what is wrong with it.
func (d *decoder) evaluate(template string) (value, problem string) {
	match := expression().FindStringSubmatch(template)
	if match == nil {
		return "", "has a template that is not understood: there are env \"DECK_…\", toInt, toFloat, toBool, indent and printf \"%q\""
	}
	value = match[2][1 : len(match[2])-1]
	if match[1] != "" {
		name := value
		if !strings.HasPrefix(name, "DECK_") {
			return "", "names the variable " + strconv.Quote(name) + ": decK takes only those that begin with DECK_"
		}
		if d.options.variable == nil {
			return "", "needs the variable " + name + ": decode with WithVariables"
		}
		var isSet bool
		if value, isSet = d.options.variable(name); !isSet {
			return "", "needs the variable " + name + ", which is not set"
		}
	}
	for function := range strings.SplitSeq(match[3], "|") {
		var err error
		switch name, _, _ := strings.Cut(strings.TrimSpace(function), " "); name {
		case "toInt":
			_, err = strconv.Atoi(value)
		case "toFloat":
			_, err = strconv.ParseFloat(value, 64)
		case "toBool":
			var isTrue bool
			isTrue, err = strconv.ParseBool(value)
			value = strconv.FormatBool(isTrue)
		case "printf":
			value = strconv.Quote(value)
		}
		if err != nil {
			return "", "has a template whose value is of another type than it says"
		}
	}
	return value, ""
}
