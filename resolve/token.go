package resolve

import (
	"strings"

	"github.com/konnectkit/konnectkit/crd"
	"github.com/konnectkit/konnectkit/crd/core"
)

// TokenKey is the key of a Secret under which a KonnectAPIAuthConfiguration of
// type secretRef expects its token.
const TokenKey = "token"

// checkTokens returns a problem for each reference to a Secret without a token.
func checkTokens(nodes []*Node) []error {
	var problems []error
	for _, node := range nodes {
		for _, edge := range node.Edges {
			if edge.Role != crd.RoleCredential || edge.Node == nil {
				continue
			}
			secret, ok := edge.Node.Object.(*core.Secret)
			if !ok {
				continue
			}
			if token, _ := secret.Value(TokenKey); strings.TrimSpace(token.Reveal()) == "" {
				problems = append(problems, &MissingTokenError{From: node.Key, Field: edge.Field, To: edge.To, DataKey: TokenKey})
			}
		}
	}
	return problems
}
