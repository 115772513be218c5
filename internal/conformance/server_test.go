package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/konnectkit/konnectkit/internal/testcluster"
)

const (
	asJSON = "application/json"
	asYAML = "application/yaml"

	// root is how an API server names the path of a rule over the whole object.
	root = "<nil>"
)

// server is a running API server with the CRDs of one of both sides.
type server struct {
	host   string
	client *http.Client
	// schemas are those of the CRDs, by kind and version.
	schemas map[schema.GroupVersionKind]*property

	names    atomic.Int64
	tally    tally
	failures failures
}

func startServer(t *testing.T, crds testcluster.Option, schemas map[schema.GroupVersionKind]*property) *server {
	t.Helper()
	config := rest.CopyConfig(testcluster.Start(t, crds).Config)
	// One connection with many streams would put all requests through one goroutine.
	config.NextProtos = []string{"http/1.1"}
	client, err := rest.HTTPClientFor(config)
	require.NoError(t, err)
	return &server{host: strings.TrimSuffix(config.Host, "/"), client: client, schemas: schemas}
}

// request is one write that both sides judge.
type request struct {
	kind *kind
	// before is the stored object that the request changes; nil for a new one.
	before tree
	// status says that the request goes to the subresource.
	status bool
	// body as it is sent.
	body        []byte
	contentType string
	// kept says that the object is stored and not only judged.
	kept bool
}

// verdict is what one side says of a request.
type verdict struct {
	accepted bool
	// undecodable says that the body was refused before any rule of the schema was looked at.
	undecodable bool
	// fields are the paths of what is wrong, sorted, each once.
	fields []string
	// partly says that rules over several fields were left out, because others failed.
	partly bool
	// result is the object with all that was filled in.
	result  tree
	message string
}

// judge puts a request to the API server.
func (s *server) judge(t testing.TB, r request) verdict {
	t.Helper()
	verb, path := http.MethodPost, r.kind.collection()
	if r.before != nil {
		verb, path = http.MethodPut, path+"/"+nameOf(r.before)
	}
	if r.status {
		path += "/status"
	}
	path += "?fieldValidation=Strict"
	if !r.kept {
		path += "&dryRun=All"
	}
	call, err := http.NewRequestWithContext(t.Context(), verb, s.host+path, bytes.NewReader(r.body))
	require.NoError(t, err)
	call.Header.Set("Content-Type", r.contentType)
	answer, err := s.client.Do(call)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	if answer.StatusCode < http.StatusBadRequest {
		return verdict{accepted: true, result: parse(t, text)}
	}
	var status metav1.Status
	require.NoError(t, json.Unmarshal(text, &status), "%s", text)
	return refusal(t, status)
}

// strictProblem is one of the list that strict decoding answers with.
var strictProblem = regexp.MustCompile(`(?:unknown|duplicate) field "([^"]+)"`)

func refusal(t testing.TB, status metav1.Status) verdict {
	t.Helper()
	v := verdict{message: status.Message}
	switch status.Code {
	case http.StatusBadRequest:
		v.undecodable = true
		for _, match := range strictProblem.FindAllStringSubmatch(status.Message, -1) {
			v.fields = append(v.fields, match[1])
		}
	case http.StatusUnprocessableEntity:
		for _, cause := range status.Details.Causes {
			switch {
			case strings.Contains(cause.Message, "some validation rules were not checked"):
				v.partly = true
			case strings.Contains(cause.Message, "Checked value must be of type"),
				strings.Contains(cause.Message, "must validate all the schemas"):
				// What another cause says, without a path.
			default:
				v.fields = append(v.fields, cause.Field)
			}
		}
	default:
		require.NoError(t, errors.New(status.Message))
	}
	v.fields = unique(v.fields)
	return v
}

func unique(paths []string) []string {
	slices.Sort(paths)
	return slices.Compact(paths)
}
