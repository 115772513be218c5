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
func (s *statuses) missingControlPlane(i *item) []metav1.Condition {
	for _, problem := range s.batch.auth.unresolved[i.key] {
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
func (a *auth) notGranted(from crd.Key, edge resolve.Edge) error {
	for _, problem := range a.unresolved[from] {
		if refused, ok := errors.AsType[*resolve.NotGrantedError](problem); ok && refused.Field == edge.Field {
			return refused
		}
	}
	return nil
}

// unknownConditions are about what lies behind a reference that leads nowhere: what
// they said when it led somewhere holds no more.
func (s *statuses) unknownConditions(i *item) []string {
	switch {
	case IsTransient(s.results[i.n].fault.err): // it may still lead there
		return nil
	case i.controlPlane == nil:
		return []string{crd.ConditionControlPlaneRefValid, crd.ConditionAPIAuthResolvedRef, crd.ConditionAPIAuthValid}
	case s.unresolvedAuth(i.controlPlane) != nil:
		return []string{crd.ConditionAPIAuthValid}
	default:
		return nil
	}
}

// unresolvedAuth is about credentials that resolve refused; nil where it did not.
func (s *statuses) unresolvedAuth(controlPlane *item) []metav1.Condition {
	problem := s.batch.auth.problem(controlPlane.node)
	if errors.Is(problem, errUnresolved) {
		return nil
	}
	reason := "RefInvalid"
	if own := errors.Join(s.batch.auth.unresolved[controlPlane.key]...); own != nil {
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
func (s *statuses) authConditions(controlPlane *item) []metav1.Condition {
	authNode, named := follow(controlPlane.node)
	if !named {
		return nil
	}
	if unresolved := s.unresolvedAuth(controlPlane); unresolved != nil {
		return unresolved
	}
	if authNode == nil || controlPlane.account == nil || !controlPlane.account.observed {
		return nil
	}
	name := fmt.Sprintf("KonnectAPIAuthConfiguration %s/%s", authNode.Key.Namespace, authNode.Key.Name)
	known, refusedToken := controlPlane.account.tokenRefused()
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

// writeAuth records what was learned of the credentials in their own objects:
// that they are not to be had or, where a control plane uses them, what Konnect says.
func (b *batch) writeAuth() {
	for key, problems := range b.auth.unresolved {
		auth, ok := b.origins[key].(*konnectv1alpha1.KonnectAPIAuthConfiguration)
		if problem := errors.Join(problems...); ok && !IsTransient(problem) {
			setAuthValid(auth, condition(crd.ConditionAPIAuthValid, false, "", reasonInvalid, statusText(problem)))
		}
	}
	for _, i := range b.items {
		if !i.isControlPlane() || i.account == nil {
			continue
		}
		node, named := follow(i.node)
		if !named || node == nil {
			continue
		}
		auth, ok := b.origins[node.Key].(*konnectv1alpha1.KonnectAPIAuthConfiguration)
		known, refusedToken := i.account.tokenRefused()
		if !ok || !known {
			continue
		}
		valid := refusedToken == nil
		auth.SetKonnectStatus(crd.KonnectStatus{ServerURL: i.account.serverURL, OrganizationID: i.account.organizationID})
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
