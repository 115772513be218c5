package dataplane

import (
	"net/http"
	"strings"
)

// consumer is who a request comes from.
type consumer struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	CustomID string `json:"custom_id"`
}

// credential is by which one is known.
type credential struct {
	ID       string     `json:"id"`
	Key      string     `json:"key"`      // of key-auth
	Username string     `json:"username"` // of basic-auth
	Password string     `json:"password"` // of basic-auth, as it is stored
	Consumer *reference `json:"consumer"`
}

// consumers are all of a control plane with what is below them.
type consumers struct {
	byID   map[string]consumer
	byName map[string]consumer
	byKey  map[string]credential // of key-auth
	byUser map[string]credential // of basic-auth
	groups map[string][]string   // IDs of consumer groups by consumer
	lists  map[string][]string   // groups of acl by consumer
}

func newConsumers(d *decoder) consumers {
	c := consumers{
		byID: map[string]consumer{}, byName: map[string]consumer{}, byKey: map[string]credential{}, byUser: map[string]credential{},
		groups: map[string][]string{}, lists: map[string][]string{},
	}
	for _, one := range decode[consumer](d, "consumers") {
		c.byID[one.ID], c.byName[one.Username] = one, one
	}
	for _, key := range decode[credential](d, "key-auths") {
		c.byKey[key.Key] = key
	}
	for _, user := range decode[credential](d, "basic-auths") {
		c.byUser[user.Username] = user
	}
	for _, member := range decode[struct {
		Consumer *reference `json:"consumer"`
		Group    *reference `json:"consumer_group"`
	}](d, "memberships") {
		c.groups[member.Consumer.id()] = append(c.groups[member.Consumer.id()], member.Group.id())
	}
	for _, entry := range decode[struct {
		Consumer *reference `json:"consumer"`
		Group    string     `json:"group"`
	}](d, "acls") {
		c.lists[entry.Consumer.id()] = append(c.lists[entry.Consumer.id()], entry.Group)
	}
	return c
}

// anonymous lets a request through in the name of a consumer, which an ID or a username
// names; without it the request is answered.
func (x *exchange) anonymous(name string) bool {
	who, ok := x.state.consumers.byID[name]
	if !ok {
		who, ok = x.state.consumers.byName[name]
	}
	if !ok {
		x.answer(http.StatusInternalServerError, "An unexpected error occurred", nil)
		return false
	}
	x.authenticate(who, "")
	return true
}

// authenticate says to plugins and to the target who a request comes from. Without a credential
// it is an anonymous consumer.
func (x *exchange) authenticate(who consumer, credentialID string) {
	x.consumer, x.credential = who.ID, credentialID
	x.toTarget("X-Consumer-Id", who.ID)
	x.toTarget("X-Consumer-Custom-Id", who.CustomID)
	x.toTarget("X-Consumer-Username", who.Username)
	x.toTarget("X-Credential-Identifier", credentialID)
	anonymous := ""
	if credentialID == "" {
		anonymous = "true"
	}
	x.toTarget("X-Anonymous-Consumer", anonymous)
}

// toTarget sets a header of the request that a target gets; an empty one is left out.
func (x *exchange) toTarget(name, value string) {
	if x.headers == nil {
		x.headers = map[string]string{}
	}
	x.headers[name] = value
}

// withoutArguments is a query without those of a name.
func withoutArguments(query, name string) string {
	parts := strings.Split(query, "&")
	kept := parts[:0]
	for _, part := range parts {
		if key, _, _ := strings.Cut(part, "="); unescapedArgument(key) != name {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}
