package dataplane

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestXXHash32(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint32{ // published by the algorithm's author, and known widely
		"":    0x02CC5D05,
		"a":   0x550D7456,
		"abc": 0x32D153FF,
		"Nobody inspects the spammish repetition": 0xE2293B2F,
	} {
		assert.Equal(t, want, xxHash32(text), "%q", text)
	}
}
