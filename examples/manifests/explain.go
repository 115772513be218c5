package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/resolve"
	"github.com/konnectkit/konnectkit/resolve/routing"
)

// answer is what --explain says of one control plane.
type answer struct {
	ControlPlane string               `json:"controlPlane"`
	Explanation  *routing.Explanation `json:"explanation"`
}

// explain prints which route takes the request, in each control plane that has routes.
func explain(ctx context.Context, o options, objects []crd.Object, s streams) int {
	graph, err := resolve.Resolve(ctx, objects)
	if err != nil {
		return s.fail(exitFailed, err)
	}
	var answers []answer
	for _, plane := range planesOf(graph) {
		explanation, err := explainIn(plane.objects, *o.explain)
		if err != nil {
			return s.fail(exitFailed, err)
		}
		if explanation != nil {
			answers = append(answers, answer{plane.key.String(), explanation})
		}
	}
	if len(answers) == 0 {
		return s.fail(exitFailed, errors.New("no KongRoute is among the objects"))
	}
	if err := printAnswers(answers, o.output, s); err != nil {
		return s.fail(exitFailed, err)
	}
	if slices.ContainsFunc(answers, func(a answer) bool { return a.Explanation.Match != nil }) {
		return exitDone
	}
	return exitFailed
}

func printAnswers(answers []answer, output string, s streams) error {
	if output == outputJSON {
		encoder := json.NewEncoder(s.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(answers)
	}
	for i, a := range answers {
		if len(answers) > 1 {
			fmt.Fprintln(s.out, strings.Repeat("\n", min(i, 1))+"In "+a.ControlPlane+":")
		}
		fmt.Fprint(s.out, a.Explanation)
	}
	return nil
}

// plane is a control plane with its objects.
type plane struct {
	key     crd.Key
	objects []crd.Object
}

func planesOf(graph *resolve.Graph) []plane {
	byKey := map[crd.Key]plane{}
	for _, node := range graph.Nodes() {
		if node.ControlPlane == nil {
			continue
		}
		p := byKey[node.ControlPlane.Key]
		p.key, p.objects = node.ControlPlane.Key, append(p.objects, node.Object)
		byKey[p.key] = p
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b plane) int { return a.key.Compare(b.key) })
}

// explainIn returns nil for a control plane without routes.
func explainIn(objects []crd.Object, request routing.Request) (*routing.Explanation, error) {
	routes, err := routing.FromObjects(objects, nil)
	if err != nil || len(routes) == 0 {
		return nil, err
	}
	router, err := routing.New(routes)
	if err != nil {
		return nil, err
	}
	return router.Explain(request), nil
}
