package contestant

import (
	"errors"
	"runtime"
	"runtime/pprof"
)

// profile starts the CPU profile. What it returns ends it, writes the memory profile and
// passes the outcome of the work on. Without a pattern it does nothing.
func profile(pattern string) (stop func(error) error, err error) {
	if pattern == "" {
		return func(err error) error { return err }, nil
	}
	runtime.MemProfileRate = 16 << 10 // finer than usual: the work is short
	cpu, err := create(pattern, "cpu")
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, err
	}
	return func(outcome error) error {
		pprof.StopCPUProfile()
		memory, err := create(pattern, "heap")
		if err != nil {
			return errors.Join(outcome, cpu.Close(), err)
		}
		err = pprof.Lookup("allocs").WriteTo(memory, 0)
		return errors.Join(outcome, cpu.Close(), err, memory.Close())
	}, nil
}
