package matrix

import (
	"cmp"
	"slices"
)

// Median has the middle of the figures of several runs of the same cell, each for itself.
// Counts are those of the first run. A scenario that failed in one of them has failed.
func Median(runs [][]Result) []Result {
	out := slices.Clone(runs[0])
	for i := range out {
		var of []Result
		for _, run := range runs {
			if i < len(run) && run[i].Err != nil {
				out[i].Err = run[i].Err
			}
			if i < len(run) && run[i].Err == nil {
				of = append(of, run[i])
			}
		}
		if out[i].Err != nil {
			continue
		}
		out[i].Usage.Wall = middle(of, func(r Result) int64 { return int64(r.Usage.Wall) }).Usage.Wall
		out[i].Usage.CPU = middle(of, func(r Result) int64 { return int64(r.Usage.CPU) }).Usage.CPU
		out[i].Usage.PeakMemory = middle(of, func(r Result) int64 { return r.Usage.PeakMemory }).Usage.PeakMemory
		out[i].Counts.CPU = middle(of, func(r Result) int64 { return int64(r.Counts.CPU) }).Counts.CPU
	}
	return out
}

func middle(results []Result, figure func(Result) int64) Result {
	sorted := slices.SortedFunc(slices.Values(results), func(a, b Result) int { return cmp.Compare(figure(a), figure(b)) })
	return sorted[len(sorted)/2]
}
