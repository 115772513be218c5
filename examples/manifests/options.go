package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/examples/internal/connect"
	"github.com/konnectkit/konnectkit/examples/internal/requestline"
	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

const usage = `Usage: manifests [flags] PATH...

Makes Konnect hold the objects of YAML and JSON files, and prints what was done. All
PATHs together are one batch. A folder stands for its *.yaml, *.yml and *.json files at
any depth, without those whose name, or whose folder's name, starts with a dot; - is
standard input.

Ingresses, and Gateways with their routes, whose class has a control plane become Kong's
objects, with the Services and EndpointSlices that they name. What of them cannot be said
is an error, and what is wider a warning.

Objects of other kinds are left out, and so are files of a folder that are no manifests,
such as kustomization.yaml, values.yaml and templates; a line on standard error says
which and why. Overlays and templates are not applied: render them first, and pipe the
result, as in "kustomize build overlays/prod | manifests -".

  --plan            print what would be done, and write nothing
  --translate       print Kong's objects that the Ingresses, Gateways and routes become, as
                    YAML; Konnect is not needed
  --class CLASS=CONTROLPLANE
                    translate the Ingresses and Gateways of this class for a control plane
                    (name or namespace/name; "kong" stands for the only one of the files).
                    May be given several times
  --prune           also delete what is gone from the files: entities of the owner, in
                    the control planes of the batch, that no object stands for; needs
                    --owner
  --delete          delete the entities of the objects
  --max-deletes N   do nothing if more than N entities would be deleted
  --owner NAME      who looks after the entities, and alone may change, prune or delete
                    them (default "default")
  --adopt POLICY    also take over entities that exist under an object's name: unowned
                    (marked by no tool), from-operator (also those of the Kong operator)
                    or tagged:TAG (those with this tag, such as decK's select-tag)
  --control-plane [REF=]NAME
                    use the control plane that Konnect has under this name, or ID, where
                    objects refer to REF (name or namespace/name; may be left out where
                    there is one) and the files do not have it. It is never written. May
                    be given several times
  --fallback-auth   use the token and server of the environment in place of a
                    KonnectAPIAuthConfiguration that a control plane names and that is
                    not in the files; a warning says where
  --strict          leave nothing out: what is no object that is supported is an error
  --output FORMAT   text (the default), or json for the plan or report as one document
  --mermaid         print a picture of the objects as a Mermaid flowchart; Konnect is
                    not needed
  --explain REQUEST print which route takes a request, such as "GET https://host/path",
                    and why, from the files alone; Konnect is not needed. Ties are decided
                    by IDs, as far as the objects say them
  -v, --verbose     print each request, each finished object and each object and file
                    that is left out to standard error

Exit codes:
  0   done, or nothing to do
  1   failed or interrupted; nothing was written unless a report is printed, and to
      run again resumes; with --explain: or no route takes the request
  2   with --plan: there is something to do
  64  the command line is wrong

` + connect.Usage + `
Control planes that name a KonnectAPIAuthConfiguration use its token and server instead;
when all of them do, the environment is not needed.
`

// noLimit is the value of maxDeletes without --max-deletes.
const noLimit = -1

// options are those of usage.
type options struct {
	paths                                         []string
	plan, prune, delete, strict, mermaid, verbose bool
	fallbackAuth                                  bool
	owner, output                                 string
	adopt                                         konnect.AdoptionPolicy
	maxDeletes                                    int
	controlPlanes                                 attachments
	// translate is to print what classes become.
	translate bool
	classes   classes
	// explain is nil without --explain.
	explain *routing.Request
}

// Formats of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

// parse returns flag.ErrHelp when asked for help. Flags may come after paths.
func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("manifests", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run prints errors
	flags.BoolVar(&o.plan, "plan", false, "")
	flags.BoolVar(&o.prune, "prune", false, "")
	flags.BoolVar(&o.delete, "delete", false, "")
	flags.BoolVar(&o.mermaid, "mermaid", false, "")
	flags.BoolVar(&o.verbose, "verbose", false, "")
	flags.BoolVar(&o.verbose, "v", false, "")
	flags.BoolVar(&o.fallbackAuth, "fallback-auth", false, "")
	flags.BoolVar(&o.strict, "strict", false, "")
	flags.StringVar(&o.owner, "owner", "", "")
	flags.StringVar(&o.output, "output", outputText, "")
	flags.StringVar((*string)(&o.adopt), "adopt", "", "")
	flags.IntVar(&o.maxDeletes, "max-deletes", noLimit, "")
	flags.Var(&o.controlPlanes, "control-plane", "")
	flags.Var(&o.classes, "class", "")
	flags.BoolVar(&o.translate, "translate", false, "")
	request := flags.String("explain", "", "")
	for {
		if err := flags.Parse(args); err != nil {
			return o, err
		}
		rest := flags.Args()
		if read := len(args) - len(rest); read > 0 && args[read-1] == "--" {
			o.paths = append(o.paths, rest...)
			break
		}
		if len(rest) == 0 {
			break
		}
		o.paths, args = append(o.paths, rest[0]), rest[1:]
	}
	if err := o.check(); err != nil || *request == "" {
		return o, err
	}
	return o, o.setExplain(*request)
}

// setExplain reads the value of --explain. The error does not quote it.
func (o *options) setExplain(text string) error {
	if o.plan || o.prune || o.delete || o.mermaid || o.translate || len(o.controlPlanes) > 0 {
		return errors.New("--explain goes with none of --plan, --prune, --delete, --mermaid, --translate and --control-plane")
	}
	request, err := requestline.Parse(text)
	if err != nil {
		return fmt.Errorf("--explain: %w", err)
	}
	o.explain = request
	return nil
}

func (o options) check() error {
	switch {
	case len(o.paths) == 0:
		return errors.New("no path is given")
	case o.delete && (o.plan || o.prune):
		return errors.New("--delete goes with neither --plan nor --prune")
	case o.translate && (o.plan || o.prune || o.delete || o.mermaid || o.output == outputJSON):
		return errors.New("--translate goes with none of --plan, --prune, --delete, --mermaid and --output json")
	case o.delete && o.adopt != "":
		return errors.New("--delete takes nothing over: it does not go with --adopt")
	case !isPolicy(o.adopt):
		return fmt.Errorf("--adopt %q is none of unowned, from-operator, tagged:TAG", string(o.adopt))
	case o.output != outputText && o.output != outputJSON:
		return fmt.Errorf("--output %q is neither text nor json", o.output)
	case o.mermaid && len(o.controlPlanes) > 0:
		return errors.New("--mermaid asks Konnect nothing: it does not go with --control-plane")
	case o.mermaid && o.output == outputJSON:
		return errors.New("--mermaid does not go with --output json")
	case o.maxDeletes < noLimit:
		return errors.New("--max-deletes is negative")
	case o.prune && o.owner == "":
		return errors.New("--prune needs --owner")
	}
	return nil
}

// isPolicy reports whether --adopt has a policy; the library checks the tag of one.
func isPolicy(policy konnect.AdoptionPolicy) bool {
	tag, tagged := strings.CutPrefix(string(policy), string(konnect.AdoptTagged("")))
	return tagged && tag != "" ||
		slices.Contains([]konnect.AdoptionPolicy{"", konnect.AdoptNever, konnect.AdoptUnowned, konnect.AdoptFromOperator}, policy)
}
