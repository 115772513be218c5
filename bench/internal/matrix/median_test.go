package matrix

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/konnectkit/konnectkit/bench/internal/konnectserver"
	"github.com/konnectkit/konnectkit/bench/internal/measure"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	run := func(wall, cpu time.Duration, peak int64, err error) []Result {
		return []Result{{Usage: measure.Usage{Wall: wall, CPU: cpu, PeakMemory: peak}, Counts: konnectserver.Counts{CPU: wall}, Err: err}}
	}
	got := Median([][]Result{run(1, 30, 200, nil), run(9, 10, 300, nil), run(2, 20, 100, nil)})
	assert.Equal(t, run(2, 20, 200, nil)[0].Usage, got[0].Usage, "each figure has its own middle")
	assert.Equal(t, time.Duration(2), got[0].Counts.CPU)

	failed := errors.New("failed")
	got = Median([][]Result{run(1, 1, 1, nil), run(1, 1, 1, failed), run(1, 1, 1, nil)})
	assert.Equal(t, failed, got[0].Err, "two good runs of three are no result")
}
