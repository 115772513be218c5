package testcluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// program is a command that a tool module pins, and how it is built.
type program struct {
	name    string // file name, as envtest looks for it
	tool    string // folder of the module under internal/tools
	module  string // whose version is the program's
	command string // package path
	stamp   string // package whose variables hold the version, if any
}

func programs() []program {
	return []program{
		{
			name: "etcd", tool: "etcd",
			module: "go.etcd.io/etcd/server/v3", command: "go.etcd.io/etcd/server/v3",
		},
		{
			name: "kube-apiserver", tool: "apiserver",
			module: "k8s.io/kubernetes", command: "k8s.io/kubernetes/cmd/kube-apiserver",
			stamp: "k8s.io/component-base/version",
		},
	}
}

const (
	assetsVariable = "KUBEBUILDER_ASSETS"
	thisModule     = "github.com/konnectkit/konnectkit/internal/testcluster"
	lockPause      = 500 * time.Millisecond
	progressPause  = 30 * time.Second
)

// Programs returns the folder that holds kube-apiserver and etcd: the one that
// KUBEBUILDER_ASSETS names, else one in the user's cache folder, where they are built
// first when they are missing. Lines of progress go to the writer.
func Programs(ctx context.Context, progress io.Writer) (string, error) {
	if dir := os.Getenv(assetsVariable); dir != "" {
		return dir, nil
	}
	return installed(ctx, progress, programs())
}

// Kubectl returns the path of kubectl at the version of the API server, which is built
// into the user's cache folder first when it is missing.
func Kubectl(ctx context.Context, progress io.Writer) (string, error) {
	p := program{
		name: "kubectl", tool: "apiserver",
		module: "k8s.io/kubernetes", command: "k8s.io/kubernetes/cmd/kubectl",
		stamp: "k8s.io/component-base/version",
	}
	dir, err := installed(ctx, progress, []program{p})
	return filepath.Join(dir, p.name), err
}

// installed returns the folder that holds programs, after building what is missing.
func installed(ctx context.Context, progress io.Writer, programs []program) (string, error) {
	tools, err := toolsFolder(ctx)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache folder: %w", err)
	}
	var wanted []version
	names := []string{runtime.GOOS, runtime.GOARCH}
	for _, p := range programs {
		number, err := goCommand(ctx, filepath.Join(tools, p.tool), "list", "-mod=readonly", "-m", "-f", "{{.Version}}", p.module)
		if err != nil {
			return "", fmt.Errorf("find version of %s: %w", p.name, err)
		}
		wanted = append(wanted, version{program: p, number: number, source: filepath.Join(tools, p.tool)})
		names = append(names, p.name, number)
	}
	dir := filepath.Join(cache, "konnectkit", strings.Join(names, "-"))
	return dir, buildMissing(ctx, dir, wanted, log.New(progress, "testcluster: ", 0))
}

// toolsFolder finds internal/tools beside this module, wherever the module of the
// caller replaces it to.
func toolsFolder(ctx context.Context) (string, error) {
	dir, err := goCommand(ctx, ".", "list", "-m", "-f", "{{.Dir}}", thisModule)
	if err != nil {
		return "", fmt.Errorf("find module %s: %w", thisModule, err)
	}
	return filepath.Join(filepath.Dir(dir), "tools"), nil
}

// version is a program at one version, and the folder of the module that pins it.
type version struct {
	program
	number string
	source string
}

func (v version) missing(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, v.name))
	return err != nil || !info.Mode().IsRegular()
}

// buildMissing lets one process build while others that want the same wait for it.
func buildMissing(ctx context.Context, dir string, wanted []version, progress *log.Logger) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create cache folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	if held, err := lock.TryLock(); err != nil {
		return fmt.Errorf("lock cache folder: %w", err)
	} else if !held {
		progress.Printf("waiting for another process that builds into %s", dir)
		if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
			return fmt.Errorf("lock cache folder: %w", err)
		}
	}
	defer func() { _ = lock.Close() }() // The lock ends with the process at the latest.

	for _, v := range wanted {
		if !v.missing(dir) {
			continue
		}
		if err := v.build(ctx, dir, progress); err != nil {
			return fmt.Errorf("build %s %s: %w", v.name, v.number, err)
		}
	}
	return nil
}

// build writes the program under a name of its own first: what carries the final name is whole.
func (v version) build(ctx context.Context, dir string, progress *log.Logger) error {
	stop := report(progress, v)
	defer stop()
	partial := filepath.Join(dir, v.name+".partial")
	_, err := goCommand(ctx, v.source, "build", "-mod=readonly", "-buildvcs=false", "-trimpath",
		"-ldflags="+v.linkerFlags(), "-o="+partial, v.command)
	if err != nil {
		return err
	}
	return os.Rename(partial, filepath.Join(dir, v.name))
}

// linkerFlags leave out debug information, and tell the program the version that a
// release build would tell it.
func (v version) linkerFlags() string {
	flags := []string{"-s", "-w"}
	if v.stamp != "" {
		major, rest, _ := strings.Cut(strings.TrimPrefix(v.number, "v"), ".")
		minor, _, _ := strings.Cut(rest, ".")
		for _, value := range []string{"gitVersion=" + v.number, "gitMajor=" + major, "gitMinor=" + minor} {
			flags = append(flags, "-X="+v.stamp+"."+value)
		}
	}
	return strings.Join(flags, " ")
}

// report says that a build has begun and, from time to time, that it goes on.
func report(progress *log.Logger, v version) (stop func()) {
	began := time.Now()
	progress.Printf("building %s %s, once; this takes minutes", v.name, v.number)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(progressPause)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				progress.Printf("still building %s, %s", v.name, time.Since(began).Round(time.Second))
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		progress.Printf("building %s took %s", v.name, time.Since(began).Round(time.Second))
	}
}

// goCommand runs the go command in a folder and returns what it prints, trimmed.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(bytes.TrimSpace(output)), nil
}
