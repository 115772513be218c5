package konnecttest

// certificateSettings are the answers to what the API's documents leave open about
// certificates, keys and vaults.
type certificateSettings struct {
	snis          SNIsForm
	foldedSNIs    bool
	mismatch      bool // of certificate and key, accepted
	trimmed       bool
	kids          KeyIDScope
	vaultVerbatim bool
	keysWithheld  bool
	duplicatePin  int
	fixedPin      bool
}

// SNIsForm is what becomes of the field snis of a certificate.
type SNIsForm int

// Forms of snis.
const (
	SNIsRefused  SNIsForm = iota // an unknown field
	SNIsIgnored                  // nothing
	SNIsExpanded                 // the SNIs of the certificate, as the gateway does; answers list them
)

// WithCertificateSNIs sets what becomes of the field snis of a certificate. The default is
// SNIsRefused.
func WithCertificateSNIs(form SNIsForm) Option {
	return func(s *settings) { s.certificates.snis = form }
}

// WithFoldedSNIs stores the names of SNIs in lower case. By default they stay as sent, and
// names that differ in case only are two.
func WithFoldedSNIs() Option { return func(s *settings) { s.certificates.foldedSNIs = true } }

// WithKeyMismatch accepts a certificate whose key is another one's. By default it is refused.
func WithKeyMismatch() Option { return func(s *settings) { s.certificates.mismatch = true } }

// WithTrimmedPEM stores PEM texts without the white space around them. By default they stay
// as sent.
func WithTrimmedPEM() Option { return func(s *settings) { s.certificates.trimmed = true } }

// WithPrivateKeysWithheld leaves the private keys of certificates and keys out of answers.
// They are stored all the same: Entities returns them.
func WithPrivateKeysWithheld() Option {
	return func(s *settings) { s.certificates.keysWithheld = true }
}

// KeyIDScope is what the kid of a key is unique within.
type KeyIDScope int

// Scopes of kid. The keys without a set are one set.
const (
	KeyIDPerSet KeyIDScope = iota
	KeyIDGlobal            // the control plane
	KeyIDFree              // nothing
)

// WithKeyIDs sets what the kid of a key is unique within. The default is KeyIDPerSet.
func WithKeyIDs(scope KeyIDScope) Option { return func(s *settings) { s.certificates.kids = scope } }

// WithVaultConfigAsSent stores the config of a vault as it was sent. By default it is
// completed with the defaults of its backend, and has no other fields.
func WithVaultConfigAsSent() Option { return func(s *settings) { s.certificates.vaultVerbatim = true } }

// WithDuplicatePin sets the status that answers a data plane client certificate that the
// control plane has already: 400 or 409. The default of 0 adds a second entry.
func WithDuplicatePin(status int) Option {
	return func(s *settings) { s.certificates.duplicatePin = status }
}

// WithFixedPins refuses PUT of a data plane client certificate with another certificate. By
// default it replaces it.
func WithFixedPins() Option { return func(s *settings) { s.certificates.fixedPin = true } }
