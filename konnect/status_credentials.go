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

// missingControlPlane is about a reference to a control plane that is not there, or
// that no grant permits.
func (s *session) missingControlPlane(m *member) []metav1.Condition {
	for _, problem := range s.unresolved[m.key] {
		var to crd.Key
		if missing, ok := errors.AsType[*resolve.MissingError](problem); ok {
			to = missing.To
		}
		if refused, ok := errors.AsType[*resolve.NotGrantedError](problem); ok {
			to = refused.To
		}
		if to.GroupKind() == crd.ControlPlaneGroupKind() {
			return []metav1.Condition{condition(crd.ConditionControlPlaneRefValid, false, "", reasonInvalid, problem.Error())}
		}
	}
	return nil
}

// notGranted returns what resolve says of a reference that no grant permits; nil for
// all others.
func (s *session) notGranted(from crd.Key, edge resolve.Edge) error {
	for _, problem := range s.unresolved[from] {
		if refused, ok := errors.AsType[*resolve.NotGrantedError](problem); ok && refused.Field == edge.Field {
			return refused
		}
	}
	return nil
}

// unknownConditions are about what lies behind a reference that leads nowhere: what
// they said when it led somewhere holds no more.
func (s *session) unknownConditions(m *member) []string {
	switch {
	case IsTransient(m.err): // it may still lead there
		return nil
	case m.control == nil:
		return []string{crd.ConditionControlPlaneRefValid, crd.ConditionAPIAuthResolvedRef, crd.ConditionAPIAuthValid}
	case s.unresolvedAuth(m.control) != nil:
		return []string{crd.ConditionAPIAuthValid}
	default:
		return nil
	}
}

// unresolvedAuth is about credentials that resolve refused; nil where it did not.
func (s *session) unresolvedAuth(control *member) []metav1.Condition {
	problem := s.credentialProblem(control.node)
	if errors.Is(problem, errUnresolved) {
		return nil
	}
	reason := "RefInvalid"
	if own := errors.Join(s.unresolved[control.key]...); own != nil {
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

// writeAuthStatus records what was learned of the credentials in their own objects:
// that they are not to be had or, where a control plane uses them, what Konnect says.
func (s *session) writeAuthStatus() {
	for key, problems := range s.unresolved {
		auth, ok := s.origins[key].(*konnectv1alpha1.KonnectAPIAuthConfiguration)
		if problem := errors.Join(problems...); ok && !IsTransient(problem) {
			setAuthValid(auth, condition(crd.ConditionAPIAuthValid, false, "", reasonInvalid, statusText(problem)))
		}
	}
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
		auth.SetKonnectStatus(crd.KonnectStatus{ServerURL: m.account.credential.server.String(), OrganizationID: m.account.organizationID})
		verdict := condition(crd.ConditionAPIAuthValid, valid, reasonValid, reasonInvalid, statusText(refusedToken))
		if valid {
			verdict.Message = "Token is valid"
		}
		setAuthValid(auth, verdict)
	}
}

func setAuthValid(auth *konnectv1alpha1.KonnectAPIAuthConfiguration, verdict metav1.Condition) {
	conditions := auth.GetConditions()
	verdict.ObservedGeneration = auth.GetGeneration()
	meta.SetStatusCondition(&conditions, verdict)
	auth.SetConditions(conditions)
}
