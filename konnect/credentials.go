package konnect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

// assignAccounts gives every control plane its server and token.
func (s *session) assignAccounts(lenient bool) {
	for _, m := range s.members {
		if !m.isControlPlane() {
			continue
		}
		account, err := s.accountOf(m.node)
		switch {
		case err == nil:
			m.account = account
		case errors.Is(err, errUnresolved):
			// Resolve has reported why; where the call goes on without the control plane,
			// it is told what is wrong with its credentials, of which nothing else is.
			if (lenient || s.options.partial) && m.err == nil {
				m.err = fmt.Errorf("credentials of %s: %w", m.key, s.credentialProblem(m.node))
			}
		case lenient:
			m.err = errors.Join(m.err, err)
		default:
			s.problem(m.key, err)
		}
	}
}

func (s *session) accountOf(controlPlane *resolve.Node) (*account, error) {
	cred, err := s.credentialOf(controlPlane)
	if err != nil {
		return nil, err
	}
	if known := s.accounts[cred.name()]; known != nil {
		return known, nil
	}
	made, err := s.client.newAccount(cred, s.tally, s.warnOfAnswers(cred))
	if err != nil {
		return nil, fmt.Errorf("credentials of %s: %w", controlPlane.Key, err)
	}
	s.accounts[cred.name()] = made
	return made, nil
}

// credentialOf follows spec.konnect.authRef. Only a control plane without one
// uses the client's own credentials, and one for which they stand in.
func (s *session) credentialOf(controlPlane *resolve.Node) (credential, error) {
	authNode, named := follow(controlPlane)
	if _, standIn := s.fallbacks[controlPlane.Key]; !named || standIn {
		if s.client.config.token == nil {
			return credential{}, field.Required(field.NewPath("spec", "konnect", "authRef"),
				"the client has no token of its own, and a controller never has one")
		}
		return s.client.config.ownCredential(), nil
	}
	if authNode == nil {
		return credential{}, errUnresolved
	}
	auth, ok := authNode.Object.(*konnectv1alpha1.KonnectAPIAuthConfiguration)
	if !ok {
		return credential{}, fmt.Errorf("credentials of %s: %s is no KonnectAPIAuthConfiguration", controlPlane.Key, authNode.Key)
	}
	token, err := tokenOf(authNode, auth)
	if err != nil {
		return credential{}, err
	}
	server, err := parseServerURL(auth.Spec.ServerURL)
	if err == nil {
		err = checkPlainHTTP(server, s.client.config.plainHTTP)
	}
	if err != nil {
		return credential{}, fmt.Errorf("%s: spec.serverURL: %w", authNode.Key, err)
	}
	return tokenCredential(server, token.Reveal()), nil
}

// credentialProblem returns why the credentials of a control plane could not be
// resolved.
func (s *session) credentialProblem(controlPlane *resolve.Node) error {
	if auth, named := follow(controlPlane); named && auth != nil && s.unresolved[auth.Key] != nil {
		return errors.Join(s.unresolved[auth.Key]...)
	}
	return cmp.Or(errors.Join(s.unresolved[controlPlane.Key]...), errUnresolved)
}

// isCredential reports whether a control plane takes its credentials from the object
// of key, and so tells what is wrong with it.
func (s *session) isCredential(key crd.Key) bool {
	return slices.ContainsFunc(s.members, func(m *member) bool {
		auth, _ := follow(m.node)
		return auth != nil && auth.Key == key
	})
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

// follow returns the node that a credential reference leads to; named is false
// when there is no such reference.
func follow(node *resolve.Node) (target *resolve.Node, named bool) {
	for _, edge := range node.Edges {
		if edge.Role == crd.RoleCredential {
			return edge.Node, true
		}
	}
	return nil, false
}
