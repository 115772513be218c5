// Package konnecttest is an in-memory Konnect for tests and demonstrations.
//
// A [Server] speaks the part of Konnect's HTTP API that declarative tools use: control
// planes and their groups, the entities of a gateway (services, routes, upstreams and targets;
// consumers with credentials and groups; certificates, SNIs, keys and vaults; plugins with their
// schemas), data plane client certificates, and the identity calls. It keeps the API's defaults,
// validation, uniqueness, references, error bodies and paging, refuses what the gateway would
// refuse (addresses, paths and their regular expressions, certificates whose key does not
// fit), and can be made to misbehave: slowly, with rate limits, failing, losing answers or
// lagging behind itself.
//
//	srv := konnecttest.Start(t, konnecttest.WithRateLimit(50, true))
//	client := newClient(srv.URL, srv.Token)
//	srv.Inject(konnecttest.Fault{Method: "PUT", Path: "**/services/*", Effect: konnecttest.LoseResponse()})
//
// A client repeats what may pass by itself, with pauses: a test of a failure that stays
// tells it not to. With the client of this module that is konnect.WithRetry(konnect.NoRetry()),
// and the test takes milliseconds; the example "failure" is one.
//
//	srv.Inject(konnecttest.Fault{Times: -1, Effect: konnecttest.FailBefore(503)})
//	client, err := konnect.NewClient(konnect.WithServerURL(srv.URL), konnect.WithToken(srv.Token),
//		konnect.WithRetry(konnect.NoRetry()))
//
// Tests read what happened from [Server.Requests], [Server.Writes] and [Server.Count], what is
// there from [Server.Dump] and [Server.ControlPlane], and make drift with [Server.Put],
// [Server.Modify] and [Server.Delete]. A fault that no request can meet is refused, and with
// [WithEveryFaultHit] one that no request has met fails the test.
//
// Where the published API leaves a question open there is an [Option] for each answer, so
// that a client can be shown to be right under both: how a password is read back, say
// ([WithPasswords]), or whether a key is ([WithPrivateKeysWithheld]).
//
// Secrets of entities stay out of [Server.Requests] and [Server.Dump], unless the server was
// made [WithSecretsShown]; [Server.Entities] returns what is stored. Memberships of consumers
// in groups, which have no collection in the API, have one here for the state helpers:
// memberships, with the references consumer and consumer_group. [SelfSigned] makes
// certificates.
//
// [Server.Gateway] is a data plane: it takes HTTP requests and proxies them to where the entities
// of a control plane say, so that a test sees where a request arrives. Its doc comment says what
// it knows; all else it answers 501, by name.
//
// What it does not do: control plane groups never report conflicts. It does not write partials, custom plugins and their schemas, config
// stores and mtls-auth credentials over HTTP; they can be put there by [Server.Put], for
// references and lists. Of plugins it knows fields, types, choices, ranges and the rules that
// their schemas state, not what only their code checks, and no Lua patterns; of those that the
// open-source gateway does not have, no rules across fields either. What it does not serve is answered 404 with [LimitHeader]. It knows neither
// roles nor TLS, keeps nothing on disk, lets no credential expire, resolves no reference to a
// vault, and checks of a route's expression no more than its quotes and parentheses. It is no
// judge of what Konnect would do beyond its documents.
package konnecttest
