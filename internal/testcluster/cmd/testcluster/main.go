// Command testcluster starts a cluster with custom resource definitions, writes a
// kubeconfig for it and runs until it is interrupted: for trying a controller by hand.
//
//	go -C internal/testcluster run ./cmd/testcluster -crds "$PWD/crds/*.yaml" -kubeconfig "$PWD/kubeconfig"
//
// With -build it only builds the programs, so that a test's time limit need not cover it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/konnectkit/konnectkit/internal/testcluster"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcluster:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	flags := flag.NewFlagSet("testcluster", flag.ExitOnError) // envtest has put its own into the default set
	build := flags.Bool("build", false, "build kube-apiserver, etcd and kubectl, print where they are and end")
	crds := flags.String("crds", "", "pattern of the CRD files to install")
	kubeconfig := flags.String("kubeconfig", "kubeconfig", "kubeconfig file to write; removed at the end")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *build {
		dir, err := testcluster.Programs(ctx, os.Stderr)
		if err != nil {
			return err
		}
		fmt.Println(dir)
		kubectl, err := testcluster.Kubectl(ctx, os.Stderr)
		if err == nil {
			fmt.Println(kubectl)
		}
		return err
	}
	var opts []testcluster.Option
	if *crds != "" {
		opts = append(opts, testcluster.WithCRDFiles(*crds))
	}
	return serve(ctx, *kubeconfig, opts)
}

// serve runs a cluster until the context ends.
func serve(ctx context.Context, kubeconfig string, opts []testcluster.Option) (err error) {
	ctrllog.SetLogger(logr.Discard())
	cluster, err := testcluster.New(ctx, opts...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop()) }()

	// The file holds the administrator's key.
	if err := os.WriteFile(kubeconfig, cluster.Kubeconfig, 0o600); err != nil {
		return fmt.Errorf("write kubeconfig: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(kubeconfig)) }()
	fmt.Printf("API server at %s\nKUBECONFIG=%s\n", cluster.Config.Host, kubeconfig)
	<-ctx.Done()
	return nil
}
