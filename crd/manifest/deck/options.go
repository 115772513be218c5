package deck

import "github.com/konnectkit/konnectkit/crd"

// EncodeOption configures Encode.
type EncodeOption func(*encodeOptions)

type encodeOptions struct {
	owner, planeName string
	plane            crd.Key
	secrets          bool
	environment      func(variable string, value crd.SecretString)
}

// WithOwner gives the entities of the file the marks that konnectkit gives them for an
// owner (konnect.WithOwner), and makes the owner's marks the select tags of the file. By
// default there are neither marks nor select tags: such a file is for decK alone, which
// would delete from a control plane whatever the file does not name.
func WithOwner(owner string) EncodeOption { return func(o *encodeOptions) { o.owner = owner } }

// WithControlPlane chooses one of the control planes of the batch, of which a file takes
// only one.
func WithControlPlane(key crd.Key) EncodeOption { return func(o *encodeOptions) { o.plane = key } }

// WithControlPlaneName is the name under which Konnect has the control plane. By default it
// is that of its object; a mirror has none, and the file then names no control plane.
func WithControlPlaneName(name string) EncodeOption {
	return func(o *encodeOptions) { o.planeName = name }
}

// WithSecrets writes secrets in clear: the file is then as secret as they are. The Secrets
// that objects refer to must be in the batch.
func WithSecrets() EncodeOption { return func(o *encodeOptions) { o.secrets = true } }

// WithEnvironment calls set for each environment variable that the file names, in
// alphabetical order and before anything is written, with the value that decK has to find
// there. A variable whose value the batch does not hold has an empty one.
func WithEnvironment(set func(variable string, value crd.SecretString)) EncodeOption {
	return func(o *encodeOptions) { o.environment = set }
}
