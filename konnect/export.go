package konnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/konnectkit/konnectkit/crd"
	commonv1alpha1 "github.com/konnectkit/konnectkit/crd/common/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/fromentity"
	"github.com/konnectkit/konnectkit/internal/printable"
	"github.com/konnectkit/konnectkit/konnect/internal/export"
	"github.com/konnectkit/konnectkit/konnect/internal/kinds"
)

// Export is what a control plane holds, as objects that take it over: Ensure with all of
// them writes marks, and changes nothing else. Objects come by kind and name, so that an
// export of the same entities is the same, byte for byte.
type Export struct {
	// Objects with spec.adopt, after a mirror of the control plane. None holds a secret.
	Objects []crd.Object
	// Secrets are what holds the secret values: core Secrets that Objects refer to, and
	// whole objects of kinds that can refer to none, such as credentials. It is empty
	// without ExportSecrets.
	Secrets []crd.Object
	// Skipped are entities that are not among the objects, by kind and name.
	Skipped []SkippedEntity
	// Warnings are what objects cannot say of their entities, and routes whose order
	// depends on the IDs of their entities, which others would have.
	Warnings []Warning

	client *Client
	// whole is all that Verify plans for.
	whole *withheld
}

// withheld are objects with values that nothing shows.
type withheld struct{ objects []crd.Object }

// SkippedEntity is an entity that an export leaves out.
type SkippedEntity struct {
	// Kind of the object that it would be, such as KongRoute, or what it is in words where
	// there is no kind.
	Kind string `json:"kind"`
	// Name of the entity, if it has one.
	Name string `json:"name,omitempty"`
	// ID of the entity.
	ID string `json:"id"`
	// Reason says why, and follows the words before it in a sentence.
	Reason string `json:"reason"`
}

// String returns one line, such as "KongRoute api (1234): is an expression route".
func (s SkippedEntity) String() string {
	return printable.Sprintf("%s %s (%s): %s", s.Kind, orDash(s.Name), s.ID, s.Reason)
}

// String says how much there is, and no value.
func (e *Export) String() string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("%d objects, %d secrets, %d skipped, %d warnings", len(e.Objects), len(e.Secrets), len(e.Skipped), len(e.Warnings))
}

// GoString is like String.
func (e *Export) GoString() string { return e.String() }

// LogValue implements slog.LogValuer.
func (e *Export) LogValue() slog.Value { return slog.StringValue(e.String()) }

type exportOptions struct {
	export.Options
	secrets bool
}

// ExportOption says what is exported, and how.
type ExportOption interface{ applyToExport(*exportOptions) }

type exportOption func(*exportOptions)

func (o exportOption) applyToExport(e *exportOptions) { o(e) }

// ExportService exports one service, by its name or ID, with what belongs to it: routes,
// plugins of both, the upstream that is its host, targets, and certificates that they use.
func ExportService(nameOrID string) ExportOption {
	return exportOption(func(o *exportOptions) { o.Service = nameOrID })
}

// ExportTagged exports the entities that bear a tag. What refers to one that does not is
// skipped.
func ExportTagged(tag string) ExportOption {
	return exportOption(func(o *exportOptions) { o.Tag = tag })
}

// ExportDefaults writes all fields, also those that equal Konnect's default.
func ExportDefaults() ExportOption {
	return exportOption(func(o *exportOptions) { o.AllFields = true })
}

// ExportSecrets exports secret values too, as far as Konnect returns them: to
// Export.Secrets. Without it what holds them is listed in Export.Skipped.
func ExportSecrets() ExportOption { return exportOption(func(o *exportOptions) { o.secrets = true }) }

// ExportNamespace puts the objects in a namespace; without it they name none.
func ExportNamespace(namespace string) ExportOption {
	return exportOption(func(o *exportOptions) { o.Namespace = namespace })
}

// ExportForOperator makes objects that the Kong operator adopts: with mode match, which it
// compares without defaults, all fields, and values in place of references to Secrets that
// it does not follow. The control plane still needs spec.konnect.authRef.
func ExportForOperator() ExportOption {
	return exportOption(func(o *exportOptions) { o.ForOperator = true })
}

// Export reads a control plane, and returns objects that take over what it holds, without
// writing anything. Each has spec.adopt with the ID of its entity and mode override, or
// match where an entity can only be taken as it is. Entities of the client's owner are
// exported under the names that they have already; those of other holders are skipped, as
// are kinds and routes that no object can express.
//
// It takes the server and the token of the client, which must have them. What others write
// meanwhile may be there in part: Export.Verify tells. Errors: *ControlPlaneSelectionError,
// *APIError.
func (c *Client) Export(ctx context.Context, s ControlPlaneSelector, opts ...ExportOption) (*Export, error) {
	var o exportOptions
	for _, opt := range opts {
		opt.applyToExport(&o)
	}
	e, err := o.export(ctx, c, s)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return e, nil
}

func (o exportOptions) export(ctx context.Context, c *Client, s ControlPlaneSelector) (*Export, error) {
	if o.Service != "" && o.Tag != "" {
		return nil, errors.New("ExportService and ExportTagged exclude each other")
	}
	plane, err := s.attach(ctx, c)
	if err != nil {
		return nil, err
	}
	o.Owner, o.ControlPlaneID, o.Now = c.config.owner, plane.candidate.ID, c.config.now()
	o.ControlPlane = cmp.Or(fromentity.ObjectName(plane.candidate.Name), "control-plane")
	x := &exporter{client: c, plane: plane, options: o}
	source, err := x.read(ctx)
	if err != nil {
		return nil, err
	}
	chosen, err := export.New(source, o.Options)
	if err != nil {
		return nil, err
	}
	schemas, err := x.schemas(ctx, chosen.Configured())
	if err != nil {
		return nil, err
	}
	return x.finish(chosen.Build(schemas), source), nil
}

// finish makes of a result what is exported.
func (x *exporter) finish(r *export.Result, source export.Source) *Export {
	mirror := mirrorOf(x.plane.candidate.ID)
	mirror.Name, mirror.Namespace = x.options.ControlPlane, x.options.Namespace
	e := &Export{client: x.client, Objects: []crd.Object{mirror}, whole: &withheld{}}
	for _, part := range r.Objects {
		e.Objects = append(e.Objects, part.Object)
	}
	if grant := export.Grant(x.options.Options, e.Objects, r.Secrets); grant != nil {
		e.Objects = slices.Insert(e.Objects, 1, grant)
	}
	e.whole.objects = slices.Clone(e.Objects)
	skipped := r.Skipped
	for _, part := range r.Secrets {
		e.whole.objects = append(e.whole.objects, part.Object)
		if x.options.secrets {
			e.Secrets = append(e.Secrets, part.Object)
			continue
		}
		part.Of.Reason = "holds a secret, which ExportSecrets exports"
		skipped = append(skipped, part.Of)
	}
	for _, s := range skipped {
		e.Skipped = append(e.Skipped, SkippedEntity(s))
	}
	e.Skipped = append(e.Skipped, x.others...)
	slices.SortFunc(e.Skipped, SkippedEntity.compare)
	e.Skipped = slices.Compact(e.Skipped)
	n := &notes{tally: &tally{}}
	for _, note := range r.Notes {
		n.warn(Warning{Key: note.Key, Field: note.Field, Code: WarningNotExported, Message: note.Message})
	}
	warnOfOrder(n, r, source)
	e.Warnings = n.warned()
	return e
}

// Verify plans the export against the same control plane, and returns the plan: it adopts
// every object and changes nothing, if the export says what is there. Otherwise the error,
// a *BatchError, names what differs. Nothing is written, and nothing that was left out for
// want of ExportSecrets counts as missing.
func (e *Export) Verify(ctx context.Context) (*Plan, error) {
	if e == nil || e.client == nil {
		return nil, errors.New("verify export: it comes from Client.Export only")
	}
	copies := make([]crd.Object, len(e.whole.objects))
	for i, obj := range e.whole.objects {
		copies[i], _ = obj.DeepCopyObject().(crd.Object)
		if adopt := kinds.Adopt(copies[i]); adopt != nil { // which takes no difference
			adopt.Mode = commonv1alpha1.AdoptModeMatch
		}
	}
	plan, err := e.client.Plan(ctx, copies)
	if err != nil {
		return plan, fmt.Errorf("verify export: %w", err)
	}
	return plan, nil
}
