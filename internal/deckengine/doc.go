// Package deckengine runs decK's engine, go-database-reconciler, in the steps of decK's own
// commands: connect to a control plane, read what it holds, sync or compare a state file,
// dump. The tests hold the in-memory Konnect against it and put it beside konnectkit in one
// control plane; the benchmark runs the program in cmd/deckengine.
//
// Two things differ from decK's commands. decK asks a host of its own for the organization
// of the token, which is derived from the name of a real server; that request is left out.
// And nothing is reported to anybody.
package deckengine
