package conformance

import "slices"

func certificateCases() []scenario {
	return slices.Concat(entityCases(), statusCases("least"), placementCases(), []scenario{
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "no type", seed: "most", edit: edits(unset("spec.type"))},
		{reason: "another type", seed: "least", edit: edits(set("spec.type", "file")), want: fields("spec.type")},
		{reason: "no certificate", seed: "least", edit: edits(unset("spec.cert")), want: fields("spec")},
		{reason: "an empty certificate", seed: "least", edit: edits(set("spec.cert", "")), want: fields("spec")},
		{reason: "no key", seed: "least", edit: edits(unset("spec.key")), want: fields("spec")},
		{reason: "an empty key", seed: "least", edit: edits(set("spec.key", "")), want: fields("spec")},
		{reason: "values of null", seed: "least", edit: edits(set("spec.cert", nil), set("spec.key", nil)), want: fields("spec")},
		{reason: "what is in it", seed: "least", edit: edits(set("spec.cert", "x"), set("spec.key", "y"))},
		{reason: "an alternative certificate alone", seed: "most", edit: edits(unset("spec.key_alt"))},
		{reason: "an empty alternative", seed: "most", edit: edits(set("spec.cert_alt", ""), set("spec.key_alt", ""))},
		{reason: "no Secret", seed: "referring", edit: edits(unset("spec.secretRef")), want: fields("spec")},
		{reason: "a Secret without a name", seed: "referring", edit: edits(set("spec.secretRef", tree{"namespace": "a"})), want: fields("spec.secretRef.name")},
		{reason: "a Secret, inline", seed: "referring", edit: edits(set("spec.type", "inline")), want: fields("spec")},
		{reason: "a certificate beside a Secret", seed: "referring", edit: edits(set("spec.cert", "x")), want: fields("spec")},
		{reason: "an empty certificate beside a Secret", seed: "referring", edit: edits(set("spec.cert", "")), want: fields("spec")},
		{reason: "an alternative beside a Secret", seed: "referring", edit: edits(set("spec.key_alt", "x")), want: fields("spec")},
		{reason: "a Secret for the alternative alone", seed: "most", edit: edits(unset("spec.cert_alt"), unset("spec.key_alt"), set("spec.secretRefAlt", tree{"name": "a"})), want: fields("spec")},
		{reason: "another certificate", seed: "least", verb: change, edit: edits(set("spec.cert", "x"))},
		{reason: "from the spec to a Secret", seed: "least", verb: change, edit: edits(unset("spec.cert"), unset("spec.key"), set("spec.type", "secretRef"), set("spec.secretRef", tree{"name": "a"}))},
	})
}

func caCertificateCases() []scenario {
	return slices.Concat(entityCases(), statusCases("least"), placementCases(), []scenario{
		{reason: "no control plane", seed: "least", edit: edits(unset("spec.controlPlaneRef")), want: fields("spec.controlPlaneRef")},
		{reason: "another type", seed: "least", edit: edits(set("spec.type", "file")), want: fields("spec.type")},
		{reason: "no certificate", seed: "least", edit: edits(unset("spec.cert")), want: fields("spec")},
		{reason: "an empty certificate", seed: "least", edit: edits(set("spec.cert", "")), want: fields("spec")},
		{reason: "no Secret", seed: "referring", edit: edits(unset("spec.secretRef")), want: fields("spec")},
		{reason: "a Secret, inline", seed: "referring", edit: edits(set("spec.type", "inline")), want: fields("spec")},
		{reason: "a Secret of an empty name", seed: "referring", edit: edits(set("spec.secretRef", tree{"name": ""})), want: fields("spec.secretRef.name")},
		{reason: "an empty certificate beside a Secret", seed: "referring", edit: edits(set("spec.cert", "")), want: fields("spec")},
		{reason: "another certificate", seed: "least", verb: change, edit: edits(set("spec.cert", "x"))},
	})
}

func sniCases() []scenario {
	another := edits(set("spec.certificateRef.name", "b"))
	return slices.Concat(entityCases(), statusCases("least"), []scenario{
		{reason: "no name", seed: "least", edit: edits(unset("spec.name")), want: fields("spec.name")},
		{reason: "an empty name", seed: "least", edit: edits(set("spec.name", "")), want: fields("spec.name")},
		{reason: "a name of any characters", seed: "least", edit: edits(set("spec.name", "a b/é"))},
		{reason: "no certificate", seed: "least", edit: edits(unset("spec.certificateRef")), want: fields("spec.certificateRef")},
		{reason: "a certificate without a name", seed: "least", edit: edits(set("spec.certificateRef", tree{"namespace": "a"})), want: fields("spec.certificateRef.name")},
		{reason: "another certificate", seed: "least", verb: change, edit: another},
		{reason: "another certificate once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: another, want: fields("spec.certificateRef")},
		{reason: "another name once Programmed", seed: "least", old: edits(programmed()), verb: change, edit: edits(set("spec.name", "b"))},
		{reason: "a certificate's ID", seed: "most", verb: status, edit: edits(programmed(), set("status.konnect.certificateID", "a"))},
	})
}
