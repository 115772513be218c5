// Package measure runs the program again in another role, as a process of its own, and tells
// what that process used.
package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// RoleVariable is the environment variable that says in which role a process runs.
const RoleVariable = "KONNECTKIT_BENCH_ROLE"

// Usage is what a process used from its start to its end.
type Usage struct {
	Wall time.Duration
	// CPU is user and system time.
	CPU time.Duration
	// PeakMemory is the largest resident set in bytes. Linux counts that of the parent at the
	// start of the process as well, so the driver must stay smaller than what it measures.
	PeakMemory int64
}

// Role is the role in which this process was started; "" for the driver.
func Role() string { return os.Getenv(RoleVariable) }

// Command is this program in another role. It is killed when ctx ends.
func Command(ctx context.Context, role string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program itself: %w", err)
	}
	command := exec.CommandContext(ctx, program)
	command.Env = append(os.Environ(), RoleVariable+"="+role)
	return command, nil
}

// Run runs a command to its end. The usage is known even if the command failed.
func Run(command *exec.Cmd) (Usage, error) {
	start := time.Now()
	err := command.Run()
	usage := Usage{Wall: time.Since(start)}
	if command.ProcessState == nil {
		return usage, err
	}
	used, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage, errors.Join(err, errors.New("the system does not tell what a process used"))
	}
	usage.CPU = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	usage.PeakMemory = used.Maxrss
	if runtime.GOOS != "darwin" { // where it is in bytes already
		usage.PeakMemory *= 1024
	}
	return usage, err
}

// OwnCPU is what this process has used so far.
func OwnCPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
