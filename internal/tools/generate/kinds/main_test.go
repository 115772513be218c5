package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/konnectkit/konnectkit/internal/tools/generate/source"
)

const kindsPackage = source.Module + "/crd/configuration/v1"

// write makes a package of kinds out of the fields of one spec and of more code, and
// returns the root of its module.
func write(t *testing.T, fields, more string) string {
	t.Helper()
	root := t.TempDir()
	folder := filepath.Join(root, "crd", "configuration", "v1")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "package v1\n\n// KongThing is a kind.\n//\n// +kubebuilder:resource:scope=Namespaced\n" +
		"type KongThing struct {\n\tSpec KongThingSpec `json:\"spec\"`\n\tStatus KongThingStatus `json:\"status,omitempty\"`\n}\n\n" +
		"type KongThingSpec struct {\n" + fields + "\n}\n" + more
	if err := os.WriteFile(filepath.Join(folder, "types.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	const check = "\nfunc (s *KongThingSpec) check("
	cases := map[string]struct {
		reason, fields, more string
		objects, validation  []string
		missing              []string
	}{
		"a plain kind": {
			reason: "status, list and all methods", fields: "Name string `json:\"name\"`",
			objects:    []string{"type KongThingList struct", "type KongThingStatus struct", "type KongThingKonnectStatus struct", ") GVK()", ") SetKonnectStatus("},
			validation: []string{") Default() {", ") Validate() ", ") ValidateUpdate("},
			missing:    []string{"GetAdopt", "GetTags", check, "ParentID"},
		},
		"written by hand": {
			reason: "nothing is there twice", fields: "Name string `json:\"name\"`",
			more: "type KongThingList struct{}\ntype KongThingStatus struct{}\nfunc (x *KongThing) Default() {}\n" +
				"func (x *KongThing) References() []crd.Reference { return nil }\n",
			objects: []string{"func (x *KongThing) GetConditions()"},
			missing: []string{"type KongThingList struct", "type KongThingStatus struct", "Default()", "References()"},
		},
		"rules": {
			reason: "they come last", fields: "Name string `json:\"name\"`",
			more:       "func (s *KongThingSpec) rules() {}\nfunc (t *KongThing) transition() {}\n",
			validation: []string{check, "\ts.rules(errs, path)\n}", "\tt.transition(&errs, before)\n\treturn"},
		},
		"length": {
			reason: "a string with a least length is required", fields: "// +kubebuilder:validation:MinLength=1\n// +kubebuilder:validation:MaxLength=9\nName string `json:\"name\"`",
			validation: []string{`errs.Name(path, "name", s.Name, 9)`},
		},
		"optional length": {
			reason: "a pointer is looked behind", fields: "// +kubebuilder:validation:MaxLength=9\nName *string `json:\"name,omitempty\"`",
			validation: []string{"if s.Name != nil {\n\t\terrs.MaxLength(path, \"name\", *s.Name, 9)"},
		},
		"enum": {
			reason: "empty is absent where it can be", fields: "// +kubebuilder:validation:Enum=a;b\nMode string `json:\"mode,omitempty\"`",
			validation: []string{`errs.Enum(path, "mode", s.Mode, "a", "b")`}, missing: []string{"NonEmpty"},
		},
		"required enum": {
			reason: "and else required", fields: "// +kubebuilder:validation:Enum=a;b\nMode string `json:\"mode\"`",
			validation: []string{`errs.NonEmpty(path, "mode", s.Mode)`, `errs.Enum(path, "mode", s.Mode, "a", "b")`},
		},
		"number": {
			reason: "required, in a range, with a default", fields: "// +required\n// +kubebuilder:default:=5\n// +kubebuilder:validation:Minimum=1\n// +kubebuilder:validation:Maximum=9\nWeight *int `json:\"weight,omitempty\"`",
			validation: []string{`errs.Required(path, "weight")`, `errs.Range(path, "weight", int64(*s.Weight), 1, 9)`, "t.Spec.Weight = new(5)"},
		},
		"pattern": {
			reason: "a function says the same", fields: "// +kubebuilder:validation:Pattern=`^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`\nKind string `json:\"kind\"`",
			validation: []string{"constraint.IsKind"},
		},
		"list of structs": {
			reason: "each is checked", fields: "// +kubebuilder:validation:MinItems=1\n// +kubebuilder:validation:MaxItems=3\nParts []Part `json:\"parts\"`",
			more:       "type Part struct {\n// +required\nName *string `json:\"name,omitempty\"`\n}\n",
			validation: []string{`errs.Items(path, "parts", len(s.Parts), 1, 3)`, `s.Parts[i].check(errs, path.Child("parts").Index(i))`, "func (p *Part) check("},
		},
		"parent": {
			reason:  "its ID is in the status",
			fields:  "// +konnectkit:refers:kind=KongOwner,role=parent\nOwnerRef commonv1alpha1.NamespacedRef `json:\"ownerRef\"`",
			objects: []string{`const OwnerRefField = "spec.ownerRef"`, `t.Spec.OwnerRef.Key("KongOwner", namespace)`, "crd.RoleParent", "`json:\"ownerID,omitempty\"`", "status.ParentID = t.Status.Konnect.OwnerID"},
		},
		"control plane": {
			reason: "in Konnect, where a rule of the kind says so", fields: "ControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:\"controlPlaneRef,omitempty\"`\n}\n\n" +
				"// Other takes no ingress controllers.\n//\n// +kubebuilder:validation:XValidation:rule=\"self.controlPlaneRef.type != 'kic'\",message=\"no\"\n" +
				"type Other struct {\nControlPlaneRef *commonv1alpha1.ControlPlaneRef `json:\"controlPlaneRef,omitempty\"`",
			more:       "type KongThingStatus struct {\nOther Other `json:\"other\"`\n}\n",
			objects:    []string{") GetControlPlaneRef() "},
			validation: []string{"errs.Rule(path, !o.ControlPlaneRef.IsKIC(), "},
			missing:    []string{"!s.ControlPlaneRef.IsKIC()"},
		},
		"parent of the same namespace": {
			reason:     "its type says where its name is",
			fields:     "// +konnectkit:refers:kind=KongOwnSet,role=parent\nOwnSetRef *OwnSetRef `json:\"ownSetRef,omitempty\"`",
			more:       "type OwnSetRef struct {\nNamespacedRef *commonv1alpha1.NameRef `json:\"namespacedRef,omitempty\"`\n}\n",
			objects:    []string{`ref.NamespacedRef.Key("KongOwnSet", namespace)`, "// OwnSetID is the Konnect ID of the own set;", "`json:\"ownSetID,omitempty\"`"},
			validation: []string{`errs.Add(o.NamespacedRef.Validate(path.Child("namespacedRef"))...)`},
		},
		"any value": {
			reason:  "there is nothing to check",
			fields:  "// +kubebuilder:validation:Schemaless\nConfig crd.JSON `json:\"config,omitzero\"`",
			missing: []string{"Config", "IsClusterScoped"},
		},
		"secret": {
			reason:     "it is not shown",
			fields:     "// +kubebuilder:validation:Type=string\n// +kubebuilder:validation:MinLength=1\nPassword crd.SecretString `json:\"password\"`",
			validation: []string{`errs.NonEmpty(path, "password", s.Password.Reveal())`},
			objects:    []string{"func (t KongThing) LogValue() slog.Value"},
		},
		"local parent": {
			reason:  "in the same namespace",
			fields:  "// +konnectkit:refers:kind=KongOwner,role=parent\nOwnerRef commonv1alpha1.LocalRef `json:\"ownerRef\"`",
			objects: []string{`const OwnerRefField = "spec.ownerRef"`, `t.Spec.OwnerRef.Key("KongOwner", namespace)`},
		},
		"fields at the root": {
			reason: "they are checked like those of a spec", fields: "Name string `json:\"name\"`",
			more: "// KongPlain has no spec.\n//\n// +kubebuilder:resource:scope=Namespaced\ntype KongPlain struct {\nmetav1.TypeMeta `json:\",inline\"`\nmetav1.ObjectMeta `json:\"metadata,omitempty\"`\n" +
				"// +kubebuilder:validation:MaxLength=9\nTitle string `json:\"title\"`\n// +konnectkit:conditions:empty\nStatus KongPlainStatus `json:\"status,omitempty\"`\n}\n",
			objects:    []string{"Conditions []metav1.Condition `json:\"conditions,omitempty\"`", "Conditions []metav1.Condition `json:\"conditions,omitempty\" crd:\"nonempty\"`"},
			validation: []string{"p.check(&errs, nil)", `errs.MaxLength(path, "title", p.Title, 9)`},
			missing:    []string{"p.Spec"},
		},
		"accessors": {
			reason: "for the fields that are there", fields: "Adopt *commonv1alpha1.AdoptOptions `json:\"adopt,omitempty\"`\nTags commonv1alpha1.Tags `json:\"tags,omitzero\"`",
			objects:    []string{") GetAdopt() ", ") GetTags() "},
			validation: []string{"errs.Add(s.Adopt.Validate(path)...)", "t.Spec.Adopt.ValidateUpdate("},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := write(t, c.fields, c.more)
			if err := generate(root, kindsPackage); err != nil {
				t.Fatalf("%s: %v", c.reason, err)
			}
			objects, validation := read(t, root, "objects"), read(t, root, "validation")
			for text, wanted := range map[string][]string{objects: c.objects, validation: c.validation} {
				for _, want := range wanted {
					if !strings.Contains(text, want) {
						t.Errorf("%s: no %q in\n%s", c.reason, want, text)
					}
				}
			}
			for _, unwanted := range c.missing {
				if strings.Contains(objects+validation, unwanted) {
					t.Errorf("%s: %q in\n%s%s", c.reason, unwanted, objects, validation)
				}
			}
		})
	}
}

func read(t *testing.T, root, what string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "crd", "configuration", "v1", source.Prefix+what+".go"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fields, want string }{
		"unknown marker":  {"// +kubebuilder:validation:MaxProperties=3\nLabels map[string]string `json:\"labels,omitzero\"`", "KongThingSpec.Labels: marker MaxProperties of type map[string]string"},
		"items":           {"// +kubebuilder:validation:items:MaxLength=3\nParts []string `json:\"parts\"`", "marker items of type []string"},
		"named type":      {"Mode Mode `json:\"mode\"`\n}\n\n// Mode is a type.\n//\n// +kubebuilder:validation:Enum=a\ntype Mode string\n\ntype other struct {", "the markers of type Mode"},
		"pattern":         {"// +kubebuilder:validation:Pattern=`^x$`\nName string `json:\"name\"`", "KongThingSpec.Name: pattern `^x$`"},
		"one limit":       {"// +kubebuilder:validation:Minimum=1\nPort *int64 `json:\"port,omitempty\"`", "both a minimum and a maximum"},
		"least length":    {"// +kubebuilder:validation:MinLength=2\nName string `json:\"name\"`", "a least length of 2"},
		"secret shown":    {"// +kubebuilder:validation:Enum=a\nToken crd.SecretString `json:\"token\"`", "an error would show"},
		"open list":       {"// +kubebuilder:validation:MinItems=1\nParts []string `json:\"parts\"`", "a most number of items"},
		"unknown word":    {"// +konnectkit:refers:kind=A,role=owner\nRef commonv1alpha1.NamespacedRef `json:\"ref\"`", `"role=owner" is none of`},
		"no reference":    {"// +konnectkit:refers:kind=A\nRef string `json:\"ref\"`", "the type NamespacedRef or LocalRef"},
		"unknown default": {"// +kubebuilder:default:=1\nRatio float64 `json:\"ratio\"`", "write Default by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := generate(write(t, c.fields, ""), kindsPackage)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
