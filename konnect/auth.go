package konnect

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/internal/transport"
	"github.com/konnectkit/konnectkit/resolve"
)

// auth is what a batch says of servers and tokens.
type auth struct {
	accounts map[accountKey]*account
	// unresolved are the errors of resolve, by object.
	unresolved map[crd.Key][]error
	// standIns are the auth objects in whose place the client's own server and token
	// are used, by control plane.
	standIns map[crd.Key]crd.Key
}

// accountKey tells accounts apart without holding a token.
type accountKey struct {
	server url.URL
	key    string
}

// assignAccounts gives every control plane its server and token.
func (b *batch) assignAccounts(c *Client, o callOptions, notes *notes) {
	for _, i := range b.items {
		if !i.isControlPlane() {
			continue
		}
		account, err := b.accountOf(c, i.node, notes)
		switch {
		case err == nil:
			i.account = account
		case errors.Is(err, errUnresolved):
			// Resolve has reported why; where the call goes on without the control plane,
			// it is told what is wrong with its auth object, of which nothing else is.
			if (o.verb != ensuring || o.partial) && b.faults.failed[i.n] == nil {
				b.faults.fail(i, fmt.Errorf("credentials of %s: %w", i.key, b.auth.problem(i.node)))
			}
		case o.verb != ensuring:
			b.faults.fail(i, err)
		default:
			b.faults.problem(i, i.key, err)
		}
	}
	for _, i := range b.items {
		if i.controlPlane != nil {
			i.account = i.controlPlane.account
		}
	}
}

func (b *batch) accountOf(c *Client, controlPlane *resolve.Node, notes *notes) (*account, error) {
	_, standsIn := b.auth.standIns[controlPlane.Key]
	l, err := c.config.loginOf(controlPlane, standsIn)
	if err != nil {
		return nil, err
	}
	if known := b.auth.accounts[accountKey{*l.server, l.key}]; known != nil {
		return known, nil
	}
	made, err := c.newAccount(l, notes.tally, func(doubt string) {
		notes.warn(Warning{Code: WarningOddHeader, Message: "answer of " + l.server.Host + ": " + doubt})
	})
	if err != nil {
		return nil, fmt.Errorf("credentials of %s: %w", controlPlane.Key, err)
	}
	b.auth.accounts[accountKey{*l.server, l.key}] = made
	return made, nil
}

// loginOf follows spec.konnect.authRef. Only a control plane without one uses the
// client's own server and token, and one for which they stand in.
func (c *config) loginOf(controlPlane *resolve.Node, standsIn bool) (login, error) {
	node, named := follow(controlPlane)
	if !named || standsIn {
		if c.token == nil {
			return login{}, field.Required(field.NewPath("spec", "konnect", "authRef"),
				"the client has no token of its own, and a controller never has one")
		}
		return login{server: c.server, token: c.token, key: c.tokenKey}, nil
	}
	if node == nil {
		return login{}, errUnresolved
	}
	auth, ok := node.Object.(*konnectv1alpha1.KonnectAPIAuthConfiguration)
	if !ok {
		return login{}, fmt.Errorf("credentials of %s: %s is no KonnectAPIAuthConfiguration", controlPlane.Key, node.Key)
	}
	token, err := tokenOf(node, auth)
	if err != nil {
		return login{}, err
	}
	server, err := transport.ParseServer(auth.Spec.ServerURL)
	if err == nil {
		err = transport.CheckPlainHTTP(server, c.plainHTTP)
	}
	if err != nil {
		return login{}, fmt.Errorf("%s: spec.serverURL: %w", node.Key, err)
	}
	return tokenLogin(server, token.Reveal()), nil
}

// errUnresolved stands for a reference that resolve has reported already.
var errUnresolved = errors.New("credentials are not resolved")

func tokenOf(node *resolve.Node, auth *konnectv1alpha1.KonnectAPIAuthConfiguration) (crd.SecretString, error) {
	secretNode, named := follow(node)
	switch {
	case !named && auth.Spec.Token != nil:
		if err := konnectv1alpha1.CheckToken(*auth.Spec.Token); err != nil {
			return "", fmt.Errorf("%s: spec.token %w", node.Key, err)
		}
		return *auth.Spec.Token, nil
	case secretNode == nil:
		return "", errUnresolved
	}
	secret, ok := secretNode.Object.(interface {
		Value(string) (crd.SecretString, bool)
	})
	if !ok {
		return "", fmt.Errorf("%s: %s is no Secret", node.Key, secretNode.Key)
	}
	token, ok := secret.Value(resolve.TokenKey)
	token = crd.SecretString(strings.TrimSpace(token.Reveal())) // files end with a newline
	if !ok || konnectv1alpha1.CheckToken(token) != nil {
		return "", errUnresolved
	}
	return token, nil
}

// follow returns the node that a reference to an auth object or its Secret leads to;
// named is false when there is no such reference.
func follow(node *resolve.Node) (target *resolve.Node, named bool) {
	for _, edge := range node.Edges {
		if edge.Role == crd.RoleCredential {
			return edge.Node, true
		}
	}
	return nil, false
}

// problem returns why the server and token of a control plane could not be resolved.
func (a *auth) problem(controlPlane *resolve.Node) error {
	if auth, named := follow(controlPlane); named && auth != nil && a.unresolved[auth.Key] != nil {
		return errors.Join(a.unresolved[auth.Key]...)
	}
	return cmp.Or(errors.Join(a.unresolved[controlPlane.Key]...), errUnresolved)
}

// isAuth reports whether a control plane takes its server and token from the object of
// key, and so tells what is wrong with it.
func (b *batch) isAuth(key crd.Key) bool {
	return slices.ContainsFunc(b.items, func(i *item) bool {
		auth, _ := follow(i.node)
		return auth != nil && auth.Key == key
	})
}

// tokenName names the token that a control plane uses, for errors about it.
func (a *auth) tokenName(controlPlane *item) string {
	auth, named := follow(controlPlane.node)
	switch {
	case !named:
		return "the client's own token"
	case auth == nil:
		return fmt.Sprintf("the client's own token, in place of %s", a.standIns[controlPlane.key])
	}
	if secret, ok := follow(auth); ok && secret != nil {
		return fmt.Sprintf("the token of %s, from %s", auth.Key, secret.Key)
	}
	return fmt.Sprintf("the token of %s", auth.Key)
}

// namingToken names the token in an error that says that Konnect does not accept it.
func (a *auth) namingToken(i *item, err error) error {
	if i.controlPlane == nil || !errors.Is(err, ErrUnauthorized) {
		return err
	}
	return fmt.Errorf("konnect does not accept %s: %w", a.tokenName(i.controlPlane), err)
}
