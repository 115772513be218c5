package konnect

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/konnectkit/konnectkit/crd"
	konnectv1alpha1 "github.com/konnectkit/konnectkit/crd/konnect/v1alpha1"
	"github.com/konnectkit/konnectkit/resolve"
)

// missingControlPlane is about a control plane that could not be resolved.
func missingControlPlane(m *member) []metav1.Condition {
	missing, ok := errors.AsType[*resolve.MissingError](m.err)
	if !ok || missing.To.GroupKind() != crd.ControlPlaneGroupKind() {
		return nil
	}
	return []metav1.Condition{condition(crd.ConditionControlPlaneRefValid, false, "", reasonInvalid, missing.Error())}
}

// unresolvedAuth is about credentials that resolve refused; nil where it did not.
func (s *session) unresolvedAuth(control *member) []metav1.Condition {
	problem := s.credentialProblem(control.node)
	if errors.Is(problem, errUnresolved) {
		return nil
	}
	reason := "RefInvalid"
	if own := s.unresolved[control.key]; own != nil {
		missing, isMissing := errors.AsType[*resolve.MissingError](own)
		notGranted, isRefused := errors.AsType[*resolve.NotGrantedError](own)
		switch {
		case isMissing && missing.To.Kind == crd.APIAuthKind:
			reason = "RefNotFound"
		case isRefused && notGranted.To.Kind == crd.APIAuthKind:
			reason = reasonNotPermitted
		default:
			return nil
		}
	}
	return []metav1.Condition{condition(crd.ConditionAPIAuthResolvedRef, false, "", reason, statusText(problem))}
}

// authConditions are what a control plane's credentials add to an object.
func (s *session) authConditions(control *member) []metav1.Condition {
	authNode, named := follow(control.node)
	if unresolved := s.unresolvedAuth(control); named && unresolved != nil {
		return unresolved
	}
	if !named || authNode == nil || control.account == nil || !control.account.observed {
		return nil
	}
	name := fmt.Sprintf("KonnectAPIAuthConfiguration %s/%s", authNode.Key.Namespace, authNode.Key.Name)
	known, refusedToken := control.account.tokenRefused()
	if !known {
		return nil
	}
	valid := refusedToken == nil
	verdict := " is valid"
	if !valid {
		verdict = " is invalid: " + statusText(refusedToken)
	}
	return []metav1.Condition{
		condition(crd.ConditionAPIAuthResolvedRef, true, "ResolvedRef", "", name+" is resolved"),
		condition(crd.ConditionAPIAuthValid, valid, reasonValid, reasonInvalid, "referenced "+name+verdict),
	}
}

// tokenRefused returns why Konnect does not accept the token, nil when it does;
// known is false where Konnect was not asked or could not be reached.
func (a *account) tokenRefused() (known bool, refused error) {
	switch {
	case !a.observed:
		return false, nil
	case a.verdict == nil:
		return true, nil
	case errors.Is(a.verdict, ErrUnauthorized), errors.Is(a.verdict, ErrForbidden):
		return true, a.verdict
	default:
		return false, nil
	}
}

// writeAuthStatus records what was learned of the credentials in their own objects.
func (s *session) writeAuthStatus() {
	for _, m := range s.members {
		if !m.isControlPlane() || m.account == nil {
			continue
		}
		node, named := follow(m.node)
		if !named || node == nil {
			continue
		}
		auth, ok := s.origins[node.Key].(*konnectv1alpha1.KonnectAPIAuthConfiguration)
		known, refusedToken := m.account.tokenRefused()
		if !ok || !known {
			continue
		}
		valid := refusedToken == nil
		auth.SetKonnectStatus(crd.KonnectStatus{ServerURL: m.account.server.String(), OrganizationID: m.account.organizationID})
		conditions := auth.GetConditions()
		verdict := condition(crd.ConditionAPIAuthValid, valid, reasonValid, reasonInvalid, statusText(refusedToken))
		if valid {
			verdict.Message = "Token is valid"
		}
		verdict.ObservedGeneration = auth.GetGeneration()
		meta.SetStatusCondition(&conditions, verdict)
		auth.SetConditions(conditions)
	}
}
