package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/crd/manifest"
	"github.com/konnectkit/konnectkit/examples/controller/config"
	"github.com/konnectkit/konnectkit/examples/controller/internal/run"
	"github.com/konnectkit/konnectkit/internal/testcluster"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// demo is a cluster, a Konnect and the files that a person needs.
type demo struct {
	out         io.Writer
	cluster     *testcluster.Cluster
	konnect     *konnecttest.Server
	stopKonnect func()
	dir         string
	kubectl     string
}

func newDemo(ctx context.Context, out io.Writer) (*demo, error) {
	d := &demo{out: out, konnect: konnecttest.NewServer()}
	var err error
	if d.kubectl, err = testcluster.Kubectl(ctx, os.Stderr); err != nil {
		return nil, err
	}
	if d.cluster, err = testcluster.New(ctx, testcluster.WithCRDs(manifest.CRDs())); err != nil {
		return nil, err
	}
	if d.stopKonnect, err = d.konnect.Listen("127.0.0.1:0"); err == nil {
		err = d.writeFiles()
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *demo) kubeconfig() string { return filepath.Join(d.dir, "kubeconfig") }
func (d *demo) howTo() string      { return filepath.Join(d.dir, "how-to.yaml") }

// writeFiles writes the kubeconfig, and the how-to with the address of our Konnect.
func (d *demo) writeFiles() error {
	var err error
	if d.dir, err = os.MkdirTemp("", "konnectkit-demo-"); err != nil {
		return err
	}
	const private = 0o600
	objects := strings.ReplaceAll(config.HowTo(), "us.api.konghq.com", strings.TrimPrefix(d.konnect.URL, "http://"))
	return errors.Join(
		os.WriteFile(d.kubeconfig(), d.cluster.Kubeconfig, private),
		os.WriteFile(d.howTo(), []byte(strings.ReplaceAll(objects, konnecttest.DefaultToken, d.konnect.Token)), private),
	)
}

func (d *demo) close() {
	if d.stopKonnect != nil {
		d.stopKonnect()
	}
	err := d.cluster.Stop()
	if d.dir != "" {
		err = errors.Join(err, os.RemoveAll(d.dir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
	}
}

// run runs the controller until the context ends, or until the how-to has been shown.
func (d *demo) run(ctx context.Context, logger *slog.Logger, apply bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := run.Options{Metrics: "0", Probes: "0"}
	options.Owner, options.Logger, options.Drift = "demo", logger, time.Minute
	ended := make(chan error, 1)
	go func() { ended <- run.Controller(ctx, d.cluster.Config, options) }()
	if !apply {
		d.explain()
		return <-ended
	}
	err := d.apply(ctx)
	cancel()
	return errors.Join(err, <-ended)
}

// steps are the arguments of kubectl that lead through the how-to.
func (d *demo) steps() [][]string {
	return [][]string{
		{"apply", "-f", d.howTo()},
		{"wait", "-n", "kong", "--for=condition=Programmed", "--timeout=60s", "kongservice/service", "kongroute/route"},
		{"get", "-n", "kong", "konnectapiauthconfigurations,konnectgatewaycontrolplanes,kongservices,kongroutes"},
	}
}

func (d *demo) explain() {
	kubectl := "kubectl"
	if _, err := exec.LookPath(kubectl); err != nil {
		kubectl = d.kubectl
	}
	fmt.Fprintf(d.out, "The controller runs on an API server at %s\nand an in-memory Konnect at %s. In another terminal:\n\n",
		d.cluster.Config.Host, d.konnect.URL)
	fmt.Fprintf(d.out, "  export KUBECONFIG=%s\n", d.kubeconfig())
	for _, args := range d.steps() {
		fmt.Fprintf(d.out, "  %s %s\n", kubectl, strings.Join(args, " "))
	}
	fmt.Fprintf(d.out, "  %s delete -f %s\n\nPress Ctrl-C to end it all.\n", kubectl, d.howTo())
}

// apply does what explain says.
func (d *demo) apply(ctx context.Context) error {
	for _, args := range d.steps() {
		fmt.Fprintf(d.out, "$ kubectl %s\n", strings.ReplaceAll(strings.Join(args, " "), d.dir+string(filepath.Separator), ""))
		command := exec.CommandContext(ctx, d.kubectl, args...)
		command.Env = append(os.Environ(), "KUBECONFIG="+d.kubeconfig())
		command.Stdout, command.Stderr = d.out, d.out
		if err := command.Run(); err != nil {
			return fmt.Errorf("kubectl %s: %w", args[0], err)
		}
		fmt.Fprintln(d.out)
	}
	for _, plane := range d.konnect.ControlPlanes() {
		id, _ := plane["id"].(string)
		fmt.Fprintf(d.out, "Konnect has the control plane %v; services: %d, routes: %d.\n",
			plane["name"], len(d.konnect.Entities(id, "services")), len(d.konnect.Entities(id, "routes")))
	}
	return nil
}
