package manifest

import (
	"bytes"
	"iter"
)

// chunk is a part of the input between two document markers.
type chunk struct {
	text []byte
	// line is the line of the input that text starts at, from 1.
	line int
}

// split cuts the input at document markers: lines of three dashes or dots. A
// marker with content behind it, and one that ends directives, start the chunk
// that follows.
func split(input []byte) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		current, start, line := 0, 1, 0
		hasDirective := false
		for pos := 0; pos < len(input); {
			line++
			text, next := cutLine(input, pos)
			isStart, isEnd := isMarker(text, "---"), isMarker(text, "...")
			switch {
			case isStart && hasDirective:
				hasDirective = false
			case isStart || isEnd:
				if !yield(chunk{text: input[current:pos], line: start}) {
					return
				}
				current, start = next, line+1
				if isStart && !isBlank(text[len("---"):]) {
					current, start = pos, line
				}
			case bytes.HasPrefix(text, []byte("%")) && isEmpty(input[current:pos]):
				hasDirective = true
			}
			pos = next
		}
		yield(chunk{text: input[current:], line: start})
	}
}

// cutLine returns the line at pos without its end, and where the next one starts.
func cutLine(input []byte, pos int) (line []byte, next int) {
	length := bytes.IndexByte(input[pos:], '\n')
	if length < 0 {
		return input[pos:], len(input)
	}
	return input[pos : pos+length], pos + length + 1
}

func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r"), rest[0]) >= 0)
}

// isBlank tells whether a line is white space, perhaps with a comment.
func isBlank(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

// isEmpty tells whether text has no line with content.
func isEmpty(text []byte) bool {
	_, _, ok := content(text)
	return !ok
}

// content returns where the first line with content starts, and how many lines
// are before it; false when there is none.
func content(text []byte) (pos, lines int, ok bool) {
	for pos < len(text) {
		line, next := cutLine(text, pos)
		if !isBlank(line) {
			return pos, lines, true
		}
		pos, lines = next, lines+1
	}
	return pos, lines, false
}
