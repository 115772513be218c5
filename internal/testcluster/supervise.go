package testcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// supervisor runs a program in its own place, beside a loop that ends it when the process
// that asked for it is gone. Tests die of time limits, panics and interrupts, none of
// which leaves them time to stop what they started. Nothing of it is worth saving then, and
// an API server whose etcd has gone first takes minutes to end by itself.
const supervisor = `#!/bin/sh
parent=$PPID
(
	while kill -0 $parent; do kill -0 $$ || exit; sleep 1; done
	kill -9 $$
) >/dev/null 2>&1 </dev/null &
exec %s "$@"
`

// supervised returns the path of a script that runs the named program, or the program
// itself where there is no shell.
func supervised(programs, name, dir string) (string, error) {
	program := filepath.Join(programs, name)
	if runtime.GOOS == "windows" {
		return program, nil
	}
	quoted := "'" + strings.ReplaceAll(program, "'", `'\''`) + "'"
	script := filepath.Join(dir, name)
	if err := os.WriteFile(script, fmt.Appendf(nil, supervisor, quoted), 0o700); err != nil {
		return "", fmt.Errorf("write supervisor of %s: %w", name, err)
	}
	return script, nil
}
