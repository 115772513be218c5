package conformance

import "strings"

// edits and fields keep the tables short.
func edits(list ...func(tree)) []func(tree) { return list }

func fields(paths ...string) []string { return unique(paths) }

func texts(values ...string) []any {
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = value
	}
	return list
}

// condition is one of a status; only its type and status vary.
func condition(kind, status string) tree {
	return tree{
		"type": kind, "status": status, "reason": "Reason", "message": "",
		"lastTransitionTime": "2026-01-02T03:04:05Z", "observedGeneration": number("1"),
	}
}

func conditions(list ...any) func(tree) { return set("status.conditions", list) }

// programmed makes an object look as the operator leaves it when its entity is there.
func programmed() func(tree) {
	return func(object tree) {
		conditions(condition("Programmed", "True"))(object)
		set("status.konnect", tree{"id": "a", "controlPlaneID": "b"})(object)
	}
}

func konnectRef(name string) tree {
	return tree{"type": "konnectNamespacedRef", "konnectNamespacedRef": tree{"name": name}}
}

func adoption(id string) tree { return tree{"from": "konnect", "konnect": tree{"id": id}} }

// entityCases hold for every kind with a spec that has tags and adoption.
func entityCases() []scenario {
	return append(looseEntityCases(), []scenario{
		{reason: "an object without a spec", seed: "least", edit: edits(unset("spec")), want: fields("spec")},
		{reason: "a spec of null", seed: "least", edit: edits(set("spec", nil)), want: fields("spec")},
	}...)
}

// looseEntityCases are those that hold where the spec may be left out too.
func looseEntityCases() []scenario {
	return []scenario{
		{reason: "20 tags", seed: "least", edit: edits(set("spec.tags", repeat("a", 20)))},
		{reason: "21 tags", seed: "least", edit: edits(set("spec.tags", repeat("a", 21))), want: fields("spec.tags")},
		{reason: "the same tag twice", seed: "least", edit: edits(set("spec.tags", texts("a", "a")))},
		{reason: "a tag of 128 characters, each of several bytes", seed: "least", edit: edits(set("spec.tags", texts(strings.Repeat("é", 127)+"😀")))},
		{reason: "a tag of 129 characters", seed: "least", edit: edits(set("spec.tags", texts("a", strings.Repeat("é", 129)))), want: fields("spec.tags")},
		{reason: "an empty tag", seed: "least", edit: edits(set("spec.tags", texts("a", ""))), want: fields("spec.tags")},
		{reason: "both faults of tags", seed: "least", edit: edits(set("spec.tags", repeat("", 21))), want: fields("spec.tags")},
		{reason: "no tags", seed: "most", edit: edits(set("spec.tags", []any{}))},
		{reason: "tags of null", seed: "most", edit: edits(set("spec.tags", nil))},

		{reason: "adoption from elsewhere", seed: "most", edit: edits(set("spec.adopt.from", "Konnect")), want: fields("spec.adopt.from")},
		{reason: "adoption without options", seed: "most", edit: edits(unset("spec.adopt.konnect")), want: fields("spec.adopt")},
		{reason: "adoption without an ID", seed: "most", edit: edits(set("spec.adopt.konnect", tree{})), want: fields("spec.adopt.konnect.id")},
		{reason: "adoption of an empty ID", seed: "most", edit: edits(set("spec.adopt.konnect.id", "")), want: fields("spec.adopt.konnect.id")},
		{reason: "adoption of 36 characters", seed: "most", edit: edits(set("spec.adopt.konnect.id", strings.Repeat("é", 36)))},
		{reason: "adoption of 37 characters", seed: "most", edit: edits(set("spec.adopt.konnect.id", strings.Repeat("a", 37))), want: fields("spec.adopt.konnect.id")},
		{reason: "adoption in no mode", seed: "most", edit: edits(unset("spec.adopt.mode"))},
		{reason: "adoption in an empty mode", seed: "most", edit: edits(set("spec.adopt.mode", "")), want: fields("spec.adopt.mode")},
		{reason: "adoption in a mode of null", seed: "most", edit: edits(set("spec.adopt.mode", nil))},
		{reason: "adoption is added", seed: "least", verb: change, edit: edits(set("spec.adopt", adoption("a"))), want: fields("spec")},
		{reason: "adoption is removed", seed: "most", verb: change, edit: edits(unset("spec.adopt")), want: fields("spec")},
		{reason: "adoption of another ID", seed: "most", verb: change, edit: edits(set("spec.adopt.konnect.id", "b")), want: fields("spec.adopt")},
		{reason: "adoption in another mode", seed: "most", verb: change, edit: edits(set("spec.adopt.mode", "override"))},

		{reason: "a label without a value", seed: "least", edit: edits(set("metadata.labels", tree{"a": nil}))},
		{reason: "a bad label", seed: "least", edit: edits(set("metadata.labels", tree{"a": "é"})), want: fields("metadata.labels")},
		{reason: "a bad name", seed: "least", edit: edits(set("metadata.name", "A")), want: fields("metadata.name")},
		{reason: "a name of 253 characters", seed: "least", edit: edits(set("metadata.name", strings.Repeat("a", 253)))},
		{reason: "a name of 254 characters", seed: "least", edit: edits(set("metadata.name", strings.Repeat("a", 254))), want: fields("metadata.name")},
		{reason: "an invalid status of a new object", seed: "least", edit: edits(conditions(condition("Programmed", "true"))), want: fields("status.conditions[0].status")},
	}
}

func repeat(text string, count int) []any {
	list := make([]any, count)
	for i := range list {
		list[i] = text
	}
	return list
}

// statusCases hold for every kind with a status.
func statusCases(seed string) []scenario {
	to := func(list ...any) []func(tree) { return edits(conditions(list...)) }
	two := []any{condition("A", "True"), condition("B", "True")}
	many := make([]any, 9)
	for i := range many {
		many[i] = condition(strings.Repeat("a", i+1), "True")
	}
	lacks := condition("A", "True")
	delete(lacks, "message")
	cases := []scenario{
		{reason: "conditions of two types", edit: to(two...)},
		{reason: "two conditions of a type", edit: to(condition("A", "True"), condition("A", "False")), want: fields("status.conditions[1]")},
		{reason: "four conditions of two types", edit: to(two[0], two[1], two[0], two[1], two[0]), want: fields("status.conditions[2]", "status.conditions[3]")},
		{reason: "8 conditions", edit: to(many[:8]...)},
		{reason: "9 conditions", edit: to(many...), want: fields("status.conditions")},
		{reason: "a type with a prefix", edit: to(condition("example.com/A_b.c-d", "Unknown"))},
		{reason: "a type with an empty prefix", edit: to(condition("/A", "True")), want: fields("status.conditions[0].type")},
		{reason: "an empty type", edit: to(condition("", "True")), want: fields("status.conditions[0].type")},
		{reason: "another status", edit: to(condition("A", "true")), want: fields("status.conditions[0].status")},
		{reason: "a condition without a message", edit: to(lacks), want: fields("status.conditions[0].message")},
		{reason: "a condition that is empty", edit: to(tree{}), want: fields(
			"status.conditions[0].lastTransitionTime", "status.conditions[0].message", "status.conditions[0].reason",
			"status.conditions[0].status", "status.conditions[0].type")},
		{reason: "the generation 0", edit: edits(conditions(condition("A", "True")), set("status.conditions[0].observedGeneration", number("0")))},
		{reason: "a negative generation", edit: edits(conditions(condition("A", "True")), set("status.conditions[0].observedGeneration", number("-1"))), want: fields("status.conditions[0].observedGeneration")},
		{reason: "a time in another zone", edit: edits(conditions(condition("A", "True")), set("status.conditions[0].lastTransitionTime", "2026-01-02T03:04:05.6+01:00"))},
		{reason: "a status that says nothing", edit: edits(set("status", tree{}))},
	}
	for i := range cases {
		cases[i].verb, cases[i].seed = status, seed
	}
	return cases
}

// placementCases hold for the kinds that name their control plane.
func placementCases() []scenario { return append(ingressCases("spec"), referenceCases()...) }

// ingressCases are references to an ingress controller, and the fields at which a kind
// refuses them.
func ingressCases(refused ...string) []scenario {
	const ref = "spec.controlPlaneRef"
	return []scenario{
		{reason: "no type", seed: "least", edit: edits(set(ref, tree{})), want: fields(refused...)},
		{reason: "a type of null", seed: "least", edit: edits(set(ref, tree{"type": nil})), want: fields(refused...)},
		{reason: "the type kic", seed: "least", edit: edits(set(ref, tree{"type": "kic"})), want: fields(refused...)},
		{reason: "the type kic with a reference", seed: "least", edit: edits(set(ref, konnectRef("a")), set(ref+".type", "kic")), want: fields(append(refused, ref)...)},
	}
}

// referenceCases hold for all references to control planes.
func referenceCases() []scenario {
	const ref = "spec.controlPlaneRef"
	return []scenario{
		{reason: "an empty type", seed: "least", edit: edits(set(ref, tree{"type": ""})), want: fields(ref + ".type")},
		{reason: "another type", seed: "least", edit: edits(set(ref, tree{"type": "konnectID"})), want: fields(ref + ".type")},
		{reason: "a reference to nothing", seed: "least", edit: edits(set(ref, tree{"type": "konnectNamespacedRef"})), want: fields(ref)},
		{reason: "a reference without a name", seed: "least", edit: edits(set(ref, konnectRef("a")), set(ref+".konnectNamespacedRef", tree{})), want: fields(ref + ".konnectNamespacedRef.name")},
		{reason: "a reference with an empty name", seed: "least", edit: edits(set(ref, konnectRef(""))), want: fields(ref + ".konnectNamespacedRef.name")},
		{reason: "a name of 253 characters of several bytes", seed: "least", edit: edits(set(ref, konnectRef(strings.Repeat("é", 253))))},
		{reason: "a name of 254 characters", seed: "least", edit: edits(set(ref, konnectRef(strings.Repeat("a", 254)))), want: fields(ref + ".konnectNamespacedRef.name")},
		{reason: "an empty namespace", seed: "least", edit: edits(set(ref, konnectRef("a")), set(ref+".konnectNamespacedRef.namespace", ""))},

		{reason: "an empty namespace once Programmed", seed: "least", old: edits(set(ref, konnectRef("a")), programmed()), verb: change, edit: edits(set(ref+".konnectNamespacedRef.namespace", ""))},
		{reason: "another control plane", seed: "most", verb: change, edit: edits(set(ref, konnectRef("b")))},
		{reason: "another control plane once Programmed", seed: "most", old: edits(programmed()), verb: change, edit: edits(set(ref, konnectRef("b"))), want: fields(ref)},
		{reason: "another namespace once Programmed", seed: "most", old: edits(programmed()), verb: change, edit: edits(set(ref+".konnectNamespacedRef.namespace", "b")), want: fields(ref)},
		{reason: "another control plane once Programmed, in a manifest without status", seed: "most", old: edits(programmed()), verb: change, edit: edits(set(ref, konnectRef("b")), unset("status")), want: fields(ref)},
		{reason: "another control plane, in a manifest that says Programmed", seed: "most", verb: change, edit: edits(set(ref, konnectRef("b")), programmed())},
		{reason: "the same control plane once Programmed", seed: "most", old: edits(programmed()), verb: change, edit: edits(set("spec.tags", texts("b")))},
		{reason: "another control plane while not Programmed", seed: "most", old: edits(conditions(condition("Programmed", "False"))), verb: change, edit: edits(set(ref, konnectRef("b")))},
		{reason: "another control plane with another condition", seed: "most", old: edits(conditions(condition("Other", "True"))), verb: change, edit: edits(set(ref, konnectRef("b")))},
		{reason: "an entity without conditions", seed: "most", verb: status, edit: edits(unset("status.conditions"), set("status.konnect", tree{"id": "a"})), want: fields("status")},
		{reason: "an entity with null conditions", seed: "most", verb: status, edit: edits(set("status.conditions", nil), set("status.konnect", tree{"id": "a"})), want: fields("status")},
	}
}

func idCases() []scenario {
	return []scenario{
		{reason: "any ID", seed: "least", edit: edits(set("spec.id", ""))},
		{reason: "an ID is added", seed: "least", verb: change, edit: edits(set("spec.id", "a")), want: fields("spec.id")},
		{reason: "an empty ID is added", seed: "least", verb: change, edit: edits(set("spec.id", "")), want: fields("spec.id")},
		{reason: "an ID is removed", seed: "most", verb: change, edit: edits(unset("spec.id")), want: fields("spec.id")},
		{reason: "an ID is nulled", seed: "most", verb: change, edit: edits(set("spec.id", nil)), want: fields("spec.id")},
		{reason: "an ID is changed", seed: "most", verb: change, edit: edits(set("spec.id", "b")), want: fields("spec.id")},
	}
}
