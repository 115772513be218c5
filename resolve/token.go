package resolve

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
)

// TokenKey is the key of a Secret under which a KonnectAPIAuthConfiguration of
// type secretRef expects its token.
const TokenKey = "token"

// checkTokens returns a problem for each reference to a Secret without a token, or with
// something else in its place.
func checkTokens(nodes []*Node) []error {
	var problems []error
	for _, node := range nodes {
		for _, edge := range node.Edges {
			if edge.Role != crd.RoleCredential || edge.Node == nil {
				continue
			}
			secret, ok := edge.Node.Object.(interface {
				Value(key string) (crd.SecretString, bool)
			})
			if !ok {
				continue
			}
			token, _ := secret.Value(TokenKey)
			token = crd.SecretString(strings.TrimSpace(token.Reveal())) // files end with a newline
			if token == "" {
				problems = append(problems, &MissingTokenError{From: node.Key, Field: edge.Field, To: edge.To, DataKey: TokenKey})
			} else if err := konnectv1alpha1.CheckToken(token); err != nil {
				problems = append(problems, &InvalidTokenError{From: node.Key, Field: edge.Field, To: edge.To, DataKey: TokenKey, Err: err})
			}
		}
	}
	return problems
}
