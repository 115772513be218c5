package contestant

import (
	"context"

	"github.com/konnectkit/konnectkit/konnect"
)

// konnectkit is Ensure with its default settings. Pruning needs an owner that is named: it
// is the default one.
func konnectkit() way {
	return way{name: "konnectkit", connections: 32, run: func(ctx context.Context, job Job, connections int) error {
		settings := []konnect.Option{konnect.WithServerURL(job.Server.URL), konnect.WithToken(job.Server.Token)}
		if connections != 32 {
			settings = append(settings, konnect.WithMaxConcurrency(connections))
		}
		var options []konnect.EnsureOption
		if job.Scenario == Prune {
			settings = append(settings, konnect.WithOwner(konnect.DefaultOwner))
			options = append(options, konnect.WithPrune())
		}
		client, err := konnect.NewClient(settings...)
		if err != nil {
			return err
		}
		defer client.Close()
		_, err = client.Ensure(ctx, job.Work.Objects(), options...)
		return err
	}}
}
