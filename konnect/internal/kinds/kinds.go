package kinds

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/konnectkit/konnectkit/crd"
	configurationv1 "github.com/konnectkit/konnectkit/crd/configuration/v1"
	configurationv1alpha1 "github.com/konnectkit/konnectkit/crd/configuration/v1alpha1"
	configurationv1beta1 "github.com/konnectkit/konnectkit/crd/configuration/v1beta1"
	konnectv1alpha2 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha2"
)

// entry is a kind that is made when it is first needed.
type entry struct {
	groupKind schema.GroupKind
	kind      func() *Kind
}

func made[O crd.Object](kind func() *Kind) entry {
	var none O
	return entry{none.GVK().GroupKind(), sync.OnceValue(kind)}
}

// All returns all kinds, parents before children.
func All() []*Kind { return NewTable().List() }

// Table finds kinds. A kind is made when it is first asked for, and then shared.
type Table struct {
	entries []entry
	others  func() []*Other
}

// NewTable returns the table of all kinds, parents before children. To add a kind is to
// add a line here.
func NewTable() *Table {
	return &Table{others: sync.OnceValue(others), entries: []entry{
		made[*konnectv1alpha2.KonnectGatewayControlPlane](controlPlane),
		made[*configurationv1alpha1.KongService](service),
		made[*configurationv1alpha1.KongRoute](route),
		made[*configurationv1alpha1.KongUpstream](upstream),
		made[*configurationv1alpha1.KongTarget](target),
		made[*configurationv1alpha1.KongKeySet](keySet),
		made[*configurationv1alpha1.KongKey](key),
		made[*configurationv1.KongConsumer](consumer),
		made[*configurationv1beta1.KongConsumerGroup](consumerGroup),
		made[*configurationv1alpha1.KongCredentialACL](credentialACL),
		made[*configurationv1alpha1.KongCredentialAPIKey](credentialAPIKey),
		made[*configurationv1alpha1.KongCredentialBasicAuth](credentialBasicAuth),
		made[*configurationv1alpha1.KongCredentialHMAC](credentialHMAC),
		made[*configurationv1alpha1.KongCredentialJWT](credentialJWT),
		made[*configurationv1alpha1.KongVault](vault),
		made[*configurationv1alpha1.KongPluginBinding](pluginBinding),
		made[*configurationv1alpha1.KongCertificate](certificate),
		made[*configurationv1alpha1.KongCACertificate](caCertificate),
		made[*configurationv1alpha1.KongDataPlaneClientCertificate](dataPlaneClientCertificate),
		made[*configurationv1alpha1.KongSNI](sni),
	}}
}

// TableOf returns the table of other kinds, parents before children.
func TableOf(list ...*Kind) *Table {
	t := &Table{others: sync.OnceValue(func() []*Other {
		return slices.DeleteFunc(others(), func(o *Other) bool {
			return slices.ContainsFunc(list, func(k *Kind) bool { return k.Collection == o.Collection })
		})
	})}
	for _, k := range list {
		t.entries = append(t.entries, entry{k.GroupKind, func() *Kind { return k }})
	}
	return t
}

// List returns all kinds, parents before children.
func (t *Table) List() []*Kind {
	list := make([]*Kind, len(t.entries))
	for i, e := range t.entries {
		list[i] = e.kind()
	}
	return list
}

// By returns the kind of an object; nil for objects without entities.
func (t *Table) By(groupKind schema.GroupKind) *Kind {
	for _, e := range t.entries {
		if e.groupKind == groupKind {
			return e.kind()
		}
	}
	return nil
}

// Collected returns the kind of a collection; nil for none.
func (t *Table) Collected(name string) *Kind {
	list := t.List()
	if i := slices.IndexFunc(list, func(k *Kind) bool { return k.Collection != "" && k.Collection == name }); i >= 0 {
		return list[i]
	}
	return nil
}

// Below returns the kinds whose entities refer to those of parent: they are deleted
// with them, or keep them from being deleted.
func (t *Table) Below(parent *Kind) []*Kind {
	return slices.DeleteFunc(t.List(), func(k *Kind) bool {
		return parent.Collection == "" || !slices.ContainsFunc(k.References, func(r Reference) bool { return r.To == parent.Collection })
	})
}

// HolderOf returns the kind in whose entities those of a nested kind are; nil for flat
// kinds.
func (t *Table) HolderOf(nested *Kind) *Kind {
	parent := nested.Parent
	if parent == nil {
		return nil
	}
	return t.Collected(parent.To)
}
