package marks

import (
	"strings"
	"unique"

	"github.com/konnectkit/konnectkit/crd"
)

// Ownership is what the marks of an observed entity say; empty where they say nothing.
type Ownership struct {
	ManagedBy, Owner, Key string
	Kind, Namespace, Name string
	more                  *more
}

// more is what few entities have: thousands of the others would weigh.
type more struct {
	deletion, secret   string
	operatorUID, group string
	implies            []string
	carriers           []Carrier
	tags               []string
}

// Read looks for marks in the tags or labels of an entity. It keeps one copy of what
// thousands of entities have.
func Read(tags []string, labels map[string]string) Ownership {
	var o Ownership
	rare := func() *more {
		if o.more == nil {
			o.more = new(more)
		}
		return o.more
	}
	read := func(key, value string) {
		shared := func() string { return unique.Make(value).Value() }
		switch key {
		case ManagedBy:
			o.ManagedBy = shared()
		case Owner:
			o.Owner = shared()
		case Key:
			o.Key = value
		case Deletion:
			rare().deletion = value
		case Secret:
			rare().secret = value
		case Implies:
			rare().implies = strings.Split(value, ".")
		case For:
			carrier, source, _ := strings.Cut(value, ".")
			rare().carriers = append(o.Carriers(), Carrier{carrier, source})
		case OperatorUID:
			rare().operatorUID = value
		case OperatorGroup:
			rare().group = shared()
		case Kind:
			o.Kind = shared()
		case Namespace:
			o.Namespace = shared()
		case Name:
			o.Name = value
			if source, carriers, isImplied := strings.Cut(value, ":"); isImplied {
				parts := strings.Split(carriers, "+")
				for i, part := range parts {
					parts[i] = strings.Replace(part, ".", "/", 1)
				}
				o.Name = source + ":" + strings.Join(parts, "+")
			}
		}
	}
	for _, tag := range tags {
		if key, value, ok := strings.Cut(tag, ":"); ok {
			read(key, value)
		}
	}
	for key, value := range labels {
		read(key, value)
	}
	if o.ManagedBy != Us && tags != nil {
		rare().tags = tags
	}
	return o
}

func (o Ownership) rare() more {
	if o.more == nil {
		return more{}
	}
	return *o.more
}

// Secret is the mark of secret values.
func (o Ownership) Secret() string { return o.rare().secret }

// OperatorUID and Group are those of the object that the Kong operator has for the entity.
func (o Ownership) OperatorUID() string { return o.rare().operatorUID }

// Group is described at OperatorUID.
func (o Ownership) Group() string { return o.rare().group }

// Implies are the collections in which the entity's object implies others.
func (o Ownership) Implies() []string { return o.rare().implies }

// Carriers are what implies the entity itself.
func (o Ownership) Carriers() []Carrier { return o.rare().carriers }

// Tags are all of them where the entity has no marks of ours.
func (o Ownership) Tags() []string { return o.rare().tags }

// Ours reports whether the entity carries the marks of owner.
func (o Ownership) Ours(owner string) bool { return o.ManagedBy == Us && o.Owner == owner }

// Unmarked reports whether no known tool looks after the entity.
func (o Ownership) Unmarked() bool { return o.ManagedBy == "" && o.OperatorUID() == "" }

// IsOperators reports whether the Kong operator looks after the entity.
func (o Ownership) IsOperators() bool {
	return o.ManagedBy == Operator || o.ManagedBy == "" && o.OperatorUID() != ""
}

// DeletionPolicy is what the marks say of the entity's end. An unknown value was put
// there to keep it.
func (o Ownership) DeletionPolicy() crd.DeletionPolicy {
	switch {
	case o.ManagedBy != Us || o.rare().deletion == "":
		return crd.DeletionPolicyDelete
	case o.rare().deletion == string(crd.DeletionPolicyRetain):
		return crd.DeletionPolicyRetain
	default:
		return crd.DeletionPolicyProtect
	}
}

// Holder describes in a few words what looks after the entity.
func (o Ownership) Holder() string {
	switch {
	case o.ManagedBy == Us && o.Name != "" && o.Namespace == "":
		return "owner " + o.Owner + " (" + o.Kind + " " + o.Name + ")"
	case o.ManagedBy == Us && o.Name != "":
		return "owner " + o.Owner + " (" + o.Kind + " " + o.Namespace + "/" + o.Name + ")"
	case o.ManagedBy == Us:
		return "owner " + o.Owner
	case o.ManagedBy != "":
		return o.ManagedBy
	case o.OperatorUID() != "":
		return Operator
	default:
		return "nobody"
	}
}
