package contestant

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"time"
)

// profile starts the profiles. What it returns ends them, writes them to files and passes
// the outcome of the work on. Without a pattern it does nothing.
func profile(pattern string) (stop func(error) error, err error) {
	if pattern == "" {
		return func(err error) error { return err }, nil
	}
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return nil, err
	}
	heap := watchHeap()
	return func(outcome error) error {
		pprof.StopCPUProfile()
		held, err := heap.stop()
		var allocated bytes.Buffer
		runtime.GC() // the profile ends with the last collection
		err = errors.Join(outcome, err, pprof.Lookup("allocs").WriteTo(&allocated, 0))
		for kind, content := range map[string][]byte{"cpu": cpu.Bytes(), "heap": held, "allocs": allocated.Bytes()} {
			err = errors.Join(err, os.WriteFile(strings.ReplaceAll(pattern, "%s", kind), content, 0o600))
		}
		return err
	}, nil
}

const heapInterval = 20 * time.Millisecond

// heapWatch keeps the heap profile of the moment at which most was held.
type heapWatch struct {
	end, ended chan struct{}
	most       uint64
	profile    bytes.Buffer
	err        error
}

func watchHeap() *heapWatch {
	w := &heapWatch{end: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		ticker := time.NewTicker(heapInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				w.look()
			case <-w.end:
				return
			}
		}
	}()
	return w
}

// look writes a profile if the last collection found more alive than any before it.
func (w *heapWatch) look() {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := sample[0].Value.Uint64()
	if live <= w.most {
		return
	}
	w.most = live
	w.profile.Reset()
	w.err = errors.Join(w.err, pprof.Lookup("heap").WriteTo(&w.profile, 0))
}

func (w *heapWatch) stop() ([]byte, error) {
	close(w.end)
	<-w.ended
	if w.most == 0 { // there was no collection yet
		runtime.GC()
		w.look()
	}
	return w.profile.Bytes(), w.err
}
