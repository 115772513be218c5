// Package connect finds the Konnect that an example talks to.
package connect

import (
	"errors"
	"fmt"
	"io"

	"github.com/konnectkit/konnectkit/konnect"
	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// Usage describes the environment for --help.
const Usage = `Environment:
  KONNECT_TOKEN       token of the Konnect to use; without it the program runs an
                      empty in-memory Konnect of its own
  KONNECT_REGION      region of the token: us (the default), eu, au, me, in or sg
  KONNECT_SERVER_URL  any other server, such as that of konnect-server
`

// FromEnvironment returns the options of a client for the Konnect that the variables
// of Usage name. Where none is set it starts an in-memory one and says so on notes;
// stop ends it.
func FromEnvironment(getenv func(string) string, notes io.Writer) (options []konnect.Option, stop func(), err error) {
	token, region, server := getenv("KONNECT_TOKEN"), getenv("KONNECT_REGION"), getenv("KONNECT_SERVER_URL")
	switch {
	case token == "" && (region != "" || server != ""):
		// To fall back to memory here would hide that the token was forgotten.
		return nil, nil, errors.New("KONNECT_TOKEN is not set, but KONNECT_REGION or KONNECT_SERVER_URL is")
	case region != "" && server != "":
		return nil, nil, errors.New("KONNECT_REGION and KONNECT_SERVER_URL are both set")
	case token == "":
		server, stop, err := InMemory(notes)
		if err != nil {
			return nil, nil, err
		}
		return Options(server), stop, nil
	case server != "":
		options = []konnect.Option{konnect.WithToken(token), konnect.WithServerURL(server)}
	case region != "":
		options = []konnect.Option{konnect.WithToken(token), konnect.WithRegion(region)}
	default:
		options = []konnect.Option{konnect.WithToken(token), konnect.WithRegion("us")}
	}
	return options, func() {}, nil
}

// IsSet tells whether the environment names a Konnect at all.
func IsSet(getenv func(string) string) bool {
	return getenv("KONNECT_TOKEN")+getenv("KONNECT_REGION")+getenv("KONNECT_SERVER_URL") != ""
}

// InMemory starts an empty in-memory Konnect and says so on notes; stop ends it.
func InMemory(notes io.Writer) (server *konnecttest.Server, stop func(), err error) {
	server = konnecttest.NewServer()
	stop, err = server.Listen("127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("start the in-memory Konnect: %w", err)
	}
	fmt.Fprintf(notes, "Using an in-memory Konnect at %s; set KONNECT_TOKEN to use another.\n\n", server.URL)
	return server, stop, nil
}

// Options lead a client to server.
func Options(server *konnecttest.Server) []konnect.Option {
	return []konnect.Option{konnect.WithToken(server.Token), konnect.WithServerURL(server.URL)}
}
