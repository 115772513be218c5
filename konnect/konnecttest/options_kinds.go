package konnecttest

// kindSettings are the answers to what the API's documents leave open about consumers,
// credentials, certificates, keys and vaults.
type kindSettings struct {
	passwords        PasswordForm
	alwaysHash       bool
	secretsWithheld  bool
	unchanging       bool // credentials have no updated_at
	generatedKept    bool
	ttl              TTLForm
	movedCredential  int
	emptyNames       bool // refused
	memberAddedTwice int
	memberMissing    int
}

// PasswordForm is how the password of a basic-auth credential is read back.
type PasswordForm int

// Forms of passwords. The hash of PasswordHashed is the SHA-1 of password and consumer's ID,
// in lower-case hexadecimal.
const (
	PasswordHashed    PasswordForm = iota
	PasswordOtherHash              // 40 digits that no client can compute
	PasswordOmitted
)

// WithPasswords sets how passwords are read back. The default is PasswordHashed.
func WithPasswords(form PasswordForm) Option { return func(s *settings) { s.kinds.passwords = form } }

// WithSkipHash says whether the query parameter skip_hash=true of a write keeps a password
// from being hashed. The default is true.
func WithSkipHash(on bool) Option { return func(s *settings) { s.kinds.alwaysHash = !on } }

// WithSecretsWithheld leaves the keys of key-auth credentials and the secrets of jwt and
// hmac-auth credentials and of vaults out of answers. They are stored all the same: Entities
// returns them.
func WithSecretsWithheld() Option { return func(s *settings) { s.kinds.secretsWithheld = true } }

// WithCredentialUpdates says whether credentials have updated_at, which the published schema
// does not list. The default is true.
func WithCredentialUpdates(on bool) Option { return func(s *settings) { s.kinds.unchanging = !on } }

// WithGeneratedKept keeps a key or secret that the server has generated where a PUT names
// none. By default a PUT without it gets a new one.
func WithGeneratedKept() Option { return func(s *settings) { s.kinds.generatedKept = true } }

// TTLForm is how the ttl of a key-auth credential is read back.
type TTLForm int

// Forms of ttl.
const (
	TTLAsSent TTLForm = iota
	TTLRemaining
	TTLOmitted
)

// WithTTL sets how ttl is read back. The default is TTLAsSent. No credential expires here.
func WithTTL(form TTLForm) Option { return func(s *settings) { s.kinds.ttl = form } }

// WithMovedCredential sets the status that answers PUT of a credential below another consumer
// than its own: 400 or 404. The default of 0 moves it.
func WithMovedCredential(status int) Option {
	return func(s *settings) { s.kinds.movedCredential = status }
}

// WithEmptyNamesRefused refuses an empty username or custom_id of a consumer. By default it
// counts as unset.
func WithEmptyNamesRefused() Option { return func(s *settings) { s.kinds.emptyNames = true } }

// WithMemberAddedTwice sets the status that answers the addition of a consumer to a group
// that has it: 400, the default, in the words of a reference that does not hold, or 201.
func WithMemberAddedTwice(status int) Option {
	return func(s *settings) { s.kinds.memberAddedTwice = status }
}

// WithMissingMember sets the status that answers the removal of a consumer from a group that
// does not have it: 204, the default, or 404.
func WithMissingMember(status int) Option {
	return func(s *settings) { s.kinds.memberMissing = status }
}

// WithQuotedValues makes the error of a unique value that is taken quote it, secrets
// included, as an earlier Konnect did.
func WithQuotedValues() Option { return func(s *settings) { s.quotedValues = true } }
