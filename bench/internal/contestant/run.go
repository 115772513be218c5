package contestant

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	"github.com/konnectkit/konnectkit/bench/internal/measure"
)

// Run does a job in a process of its own and tells what that used.
func Run(ctx context.Context, job Job) (measure.Usage, error) {
	w, err := find(job.Contestant)
	if err != nil {
		return measure.Usage{}, err
	}
	folder, err := os.MkdirTemp("", "konnectkit-bench-")
	if err != nil {
		return measure.Usage{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	command, err := w.process(ctx, job, folder)
	if err != nil {
		return measure.Usage{}, fmt.Errorf("%s: %w", job.Contestant, err)
	}
	var output bytes.Buffer
	command.Stderr = &output
	usage, err := measure.Run(command)
	switch {
	case ctx.Err() != nil:
		return usage, fmt.Errorf("%s: %w", job.Contestant, context.Cause(ctx))
	case err != nil:
		return usage, fmt.Errorf("%s: %w: %s", job.Contestant, err, bytes.TrimSpace(output.Bytes()))
	}
	return usage, nil
}

func (w way) process(ctx context.Context, job Job, folder string) (*exec.Cmd, error) {
	if w.command != nil {
		return w.command.command(ctx, job, folder)
	}
	told, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	command, err := measure.Command(ctx, Role)
	if err != nil {
		return nil, err
	}
	command.Stdin = bytes.NewReader(told)
	return command, nil
}

// CreatesControlPlane says whether the contestant makes the control plane itself.
func CreatesControlPlane(name string) bool {
	w, err := find(name)
	return err == nil && w.command == nil
}
