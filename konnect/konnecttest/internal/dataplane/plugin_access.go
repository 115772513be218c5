package dataplane

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

type keyAuthConfig struct {
	KeyNames        []string `json:"key_names"`
	KeyInHeader     bool     `json:"key_in_header"`
	KeyInQuery      bool     `json:"key_in_query"`
	KeyInBody       bool     `json:"key_in_body"`
	HideCredentials bool     `json:"hide_credentials"`
	Anonymous       string   `json:"anonymous"`
	RunOnPreflight  bool     `json:"run_on_preflight"`
	Realm           string   `json:"realm"`
	IdentityRealms  []struct {
		Scope string `json:"scope"`
	} `json:"identity_realms"`
}

func keyAuthFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := keyAuthConfig{KeyNames: []string{"apikey"}, KeyInHeader: true, KeyInQuery: true, RunOnPreflight: true}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	for _, realm := range c.IdentityRealms {
		if realm.Scope != "cp" {
			missing = "identity_realms"
		}
	}
	if c.KeyInBody {
		missing = "key_in_body"
	}
	return effect{request: c.run}, missing, err
}

func (c *keyAuthConfig) run(x *exchange) bool {
	if !c.RunOnPreflight && x.in.Method == http.MethodOptions || c.Anonymous != "" && x.credential != "" {
		return false
	}
	message := c.authenticate(x)
	if message == "" {
		return false
	}
	if c.Anonymous != "" {
		return !x.anonymous(c.Anonymous)
	}
	challenge := "Key"
	if c.Realm != "" {
		challenge += ` realm="` + c.Realm + `"`
	}
	x.answer(http.StatusUnauthorized, message, http.Header{"Www-Authenticate": {challenge}})
	return true
}

// authenticate returns why the request is refused.
func (c *keyAuthConfig) authenticate(x *exchange) string {
	key, fault := c.key(x)
	if fault != "" {
		return fault
	}
	found, ok := x.state.consumers.byKey[key]
	if !ok {
		return "Unauthorized"
	}
	x.authenticate(x.state.consumers.byID[found.Consumer.id()], found.ID)
	return ""
}

// key is the one that the request has.
func (c *keyAuthConfig) key(x *exchange) (key, fault string) {
	for _, name := range c.KeyNames {
		var values []string
		if c.KeyInHeader {
			values = x.in.Header.Values(name)
		}
		if len(values) == 0 && c.KeyInQuery {
			values = x.in.URL.Query()[name]
		}
		if len(values) > 1 {
			return "", "Duplicate API key found"
		}
		if len(values) == 0 {
			continue
		}
		if c.HideCredentials {
			x.toTarget(http.CanonicalHeaderKey(name), "")
			x.hidden = append(x.hidden, name)
		}
		key = values[0]
		break
	}
	if key == "" {
		return "", "No API key found in request"
	}
	return key, ""
}

func unescapedArgument(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

type aclConfig struct {
	Allow                        []string `json:"allow"`
	Deny                         []string `json:"deny"`
	HideGroupsHeader             bool     `json:"hide_groups_header"`
	AlwaysUseAuthenticatedGroups bool     `json:"always_use_authenticated_groups"`
	IncludeConsumerGroups        bool     `json:"include_consumer_groups"`
}

func aclFrom(raw json.RawMessage) (does effect, missing string, err error) {
	var c aclConfig
	err = json.Unmarshal(raw, &c)
	switch {
	case c.AlwaysUseAuthenticatedGroups:
		missing = "always_use_authenticated_groups"
	case c.IncludeConsumerGroups:
		missing = "include_consumer_groups"
	}
	return effect{request: c.run}, missing, err
}

func (c *aclConfig) run(x *exchange) bool {
	if x.consumer == "" {
		x.answer(http.StatusUnauthorized, "Unauthorized", nil)
		return true
	}
	groups := x.state.consumers.lists[x.consumer]
	among := func(list []string) bool {
		return slices.ContainsFunc(groups, func(group string) bool { return slices.Contains(list, group) })
	}
	if len(c.Deny) > 0 && among(c.Deny) || len(c.Deny) == 0 && !among(c.Allow) {
		x.answer(http.StatusForbidden, "You cannot consume this service", nil)
		return true
	}
	if !c.HideGroupsHeader {
		x.toTarget("X-Consumer-Groups", strings.Join(groups, ", "))
	}
	return false
}

type ipRestrictionConfig struct {
	Allow   []string `json:"allow"`
	Deny    []string `json:"deny"`
	Status  int      `json:"status"`
	Message string   `json:"message"`
}

func ipRestrictionFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := ipRestrictionConfig{Status: http.StatusForbidden, Message: "Your IP address is not allowed"}
	if err := json.Unmarshal(raw, &c); err != nil {
		return does, "", err
	}
	allow, err := networksOf(c.Allow)
	if err != nil {
		return does, "", err
	}
	deny, err := networksOf(c.Deny)
	if err != nil {
		return does, "", err
	}
	does.request = func(x *exchange) bool {
		from, err := netip.ParseAddr(x.client)
		within := func(networks []netip.Prefix) bool {
			return err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(from) })
		}
		if within(deny) || len(allow) > 0 && !within(allow) {
			x.answer(c.Status, c.Message, nil)
			return true
		}
		return false
	}
	return does, "", nil
}

// networksOf reads addresses and ranges of them.
func networksOf(texts []string) ([]netip.Prefix, error) {
	out := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return nil, err
			}
			out = append(out, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		out = append(out, network.Masked())
	}
	return out, nil
}
