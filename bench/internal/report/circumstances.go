package report

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
)

// Circumstances say when, where and how the figures came about.
func Circumstances(command string, started time.Time) string {
	return fmt.Sprintf("Measured on %s by one run of %s, which took %s, on a machine with %d cores (%s) with %s for %s/%s and sdk-konnect-go %s; decK: %s.",
		started.UTC().Format(time.DateOnly), "`"+command+"`", time.Since(started).Round(time.Second),
		runtime.NumCPU(), processor(), runtime.Version(), runtime.GOOS, runtime.GOARCH, sdkVersion(), deckState())
}

func deckState() string {
	version, err := contestant.DeckVersion()
	if err != nil {
		return "not run, as " + err.Error()
	}
	return version
}

func sdkVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of an unknown version"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/Kong/sdk-konnect-go" {
			return module.Version
		}
	}
	return "of an unknown version"
}

// processor is its model where the system tells.
func processor() string {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown model"
	}
	for line := range strings.Lines(string(content)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown model"
}
