package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/matrix"
)

func TestPicture(t *testing.T) {
	t.Parallel()
	at := konnectserver.Conditions{Latency: quick}
	failed := result("deck", 1000, at, contestant.Cold, nil, time.Second, 0)
	failed.Err = errors.New("failed")
	results := []matrix.Result{
		result(ours, 1000, at, contestant.Cold, map[string]int{"PUT": 2000}, time.Second, 0),
		result("a<b", 1000, at, contestant.Cold, map[string]int{"PUT": 4000}, 4*time.Second, 0),
		failed,
		result(ours, 1000, at, contestant.NoOp, map[string]int{"GET": 4}, time.Second/4, 0),
		result("a<b", 1000, at, contestant.NoOp, map[string]int{"GET": 3000}, 2*time.Second, 0),
		result(ours, 1000, konnectserver.Conditions{}, contestant.Cold, map[string]int{"PUT": 77}, time.Second, 0),
		result(ours, 10_000, at, contestant.Cold, map[string]int{"PUT": 88}, time.Second, 0),
	}
	var out bytes.Buffer
	require.NoError(t, Picture(&out, results))
	bars := map[string]string{} // width of a bar by the value behind it
	var texts []string
	width, decoder := "", xml.NewDecoder(bytes.NewReader(out.Bytes()))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "it is well-formed")
		switch token := token.(type) {
		case xml.StartElement:
			for _, attribute := range token.Attr {
				if token.Name.Local == "rect" && attribute.Name.Local == "width" {
					width = attribute.Value
				}
			}
		case xml.CharData:
			texts, bars[string(token)] = append(texts, string(token)), width
		}
	}
	assert.Contains(t, texts, "everything is new: HTTP calls")
	assert.Contains(t, texts, "nothing has changed: seconds")
	assert.Contains(t, texts, "a<b")
	assert.NotContains(t, texts, "deck", "what failed has no bar")
	assert.NotContains(t, texts, "77")
	assert.NotContains(t, texts, "88")
	assert.Equal(t, []string{"240.0", "120.0", "240.0", "1.0"}, []string{bars["4 000"], bars["2 000"], bars["2.00"], bars["4"]},
		"bars are as long as the values of their panel say, and never invisible")

	err := Picture(io.Discard, results[:3])
	assert.EqualError(t, err, "picture: no results of no-op with 1000 services at 20ms and no limit")
}
