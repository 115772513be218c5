package conformance

import (
	"slices"
	"strings"
)

func consumerCases() []scenario {
	const ref = "spec.controlPlaneRef"
	return slices.Concat(looseEntityCases(), statusCases("least"), ingressCases(), referenceCases(), []scenario{
		{reason: "neither name", seed: "least", edit: edits(unset("username")), want: fields("username")},
		{reason: "a username of null", seed: "least", edit: edits(set("username", nil)), want: fields("username")},
		{reason: "an empty username", seed: "least", edit: edits(set("username", ""))},
		{reason: "a custom ID alone", seed: "most", edit: edits(unset("username"))},
		{reason: "a username alone", seed: "most", edit: edits(unset("custom_id"))},
		{reason: "letters of any script", seed: "least", edit: edits(set("username", "Ünï ² [x]/a+b@c"))},
		{reason: "a space in front", seed: "least", edit: edits(set("username", " a"))},
		{reason: "a space behind", seed: "least", edit: edits(set("username", "a ")), want: fields("username")},
		{reason: "two spaces", seed: "least", edit: edits(set("username", "a  b")), want: fields("username")},
		{reason: "a mark", seed: "least", edit: edits(set("username", "a:b")), want: fields("username")},
		{reason: "128 characters", seed: "least", edit: edits(set("username", strings.Repeat("é", 128)))},
		{reason: "129 characters", seed: "least", edit: edits(set("username", strings.Repeat("é", 129))), want: fields("username")},
		{reason: "a letter beyond ASCII", seed: "most", edit: edits(set("custom_id", "é")), want: fields("custom_id")},
		{reason: "all marks", seed: "most", edit: edits(set("custom_id", "a.-_~()#%@|+[] b"))},
		{reason: "a custom ID of 129 characters", seed: "most", edit: edits(set("custom_id", strings.Repeat("a", 129))), want: fields("custom_id")},
		{reason: "the same group twice", seed: "most", edit: edits(set("consumerGroups", texts("a", "b", "a"))), want: fields("consumerGroups[2]")},
		{reason: "the same Secret twice", seed: "most", edit: edits(set("credentials", texts("a", "a"))), want: fields("credentials[1]")},
		{reason: "an empty name of a group", seed: "most", edit: edits(set("consumerGroups", texts("")))},
		{reason: "no groups", seed: "most", edit: edits(set("consumerGroups", []any{}))},
		{reason: "other names", seed: "most", verb: change, edit: edits(set("username", "b"), unset("custom_id"), unset("credentials"))},
		{reason: "a spec of null", seed: "elsewhere", edit: edits(set("spec", nil))},
		{reason: "adoption without a control plane", seed: "most", edit: edits(unset(ref)), want: fields("spec")},
		{reason: "adoption with an ingress controller", seed: "most", edit: edits(set(ref, tree{})), want: fields("spec")},
		{reason: "the control plane is removed", seed: "least", verb: change, edit: edits(unset(ref)), want: fields(ref)},
		{reason: "the spec is removed", seed: "least", verb: change, edit: edits(unset("spec")), want: fields(ref)},
		{reason: "a control plane is added", seed: "elsewhere", verb: change, edit: edits(set(ref, konnectRef("a")))},
		{reason: "a control plane is added once Programmed", seed: "elsewhere", old: edits(programmed()), verb: change, edit: edits(set(ref, konnectRef("a"))), want: fields(ref)},
		{reason: "adoption comes with a spec", seed: "elsewhere", verb: change, edit: edits(set(ref, konnectRef("a")), set("spec.adopt", adoption("a")))},
	})
}

func consumerGroupCases() []scenario {
	const ref = "spec.controlPlaneRef"
	return slices.Concat(looseEntityCases(), statusCases("least"), ingressCases(), referenceCases(), []scenario{
		{reason: "no name", seed: "least", edit: edits(unset("spec.name"))},
		{reason: "an empty name", seed: "least", edit: edits(set("spec.name", ""))},
		{reason: "letters of any script", seed: "least", edit: edits(set("spec.name", "Ünï²._~-"))},
		{reason: "a space", seed: "least", edit: edits(set("spec.name", "a b")), want: fields("spec.name")},
		{reason: "128 characters", seed: "least", edit: edits(set("spec.name", strings.Repeat("é", 128)))},
		{reason: "129 characters", seed: "least", edit: edits(set("spec.name", strings.Repeat("é", 129))), want: fields("spec.name")},
		{reason: "an object without a spec", seed: "least", edit: edits(unset("spec"))},
		{reason: "adoption without a control plane", seed: "most", edit: edits(unset(ref)), want: fields("spec")},
		{reason: "the control plane is removed", seed: "least", verb: change, edit: edits(unset(ref)), want: fields(ref)},
		{reason: "a control plane is added once Programmed", seed: "elsewhere", old: edits(programmed()), verb: change, edit: edits(set(ref, konnectRef("a")))},
	})
}
