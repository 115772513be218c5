package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/konnectkit/konnectkit/bench/internal/contestant"
	"github.com/konnectkit/konnectkit/bench/internal/measure"
)

// TestDeck runs where there is a decK to run.
func TestDeck(t *testing.T) {
	for _, r := range measured(t, "deck", 100, contestant.Scenarios()...) {
		want := map[contestant.Scenario]int{contestant.Cold: 200, contestant.Drift: r.Changed, contestant.Prune: r.Changed}[r.Scenario]
		assert.Equal(t, want, r.Counts.Writes(), "%s", r.Scenario)
	}
}

// TestDeckDouble runs a double in decK's place, which makes decK's reads and needs all the
// arguments and the state file that decK gets.
func TestDeckDouble(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(contestant.DeckVariable, self)
	t.Setenv(measure.RoleVariable, deckRole) // for the double; the others get their own
	const n, fixed = 3, 1 + 4 + 2            // the control plane, schemas, services and routes
	results := measured(t, "deck", n, contestant.Cold, contestant.NoOp)
	assert.Equal(t, map[string]int{http.MethodGet: fixed, http.MethodPut: 2 * n}, results[0].Counts.Methods)
	assert.Equal(t, map[string]int{http.MethodGet: fixed + n}, results[1].Counts.Methods, "each service's costs are read")
}

const deckRole = "deck"

// double does what decK does with a state file whose services and routes are complete.
type double struct {
	address, token string
	entities       string // path of the control plane's
}

type stateFile struct {
	Konnect struct {
		ControlPlane string `json:"control_plane_name"`
	} `json:"_konnect"`
	Services []struct {
		service
		Routes []route `json:"routes"`
	} `json:"services"`
}

type service struct {
	Name     string `json:"name"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Protocol string `json:"protocol"`
}

type route struct {
	Name      string            `json:"name"`
	Protocols []string          `json:"protocols"`
	Paths     []string          `json:"paths"`
	Service   map[string]string `json:"service"`
}

func deckDouble(args []string) error {
	if len(args) < 3 || !slices.Equal(args[:2], []string{"gateway", "sync"}) {
		return fmt.Errorf("unknown command %q", args)
	}
	d := &double{}
	flags := flag.NewFlagSet("deck", flag.ContinueOnError)
	flags.StringVar(&d.address, "konnect-addr", "", "")
	flags.StringVar(&d.token, "konnect-token", "", "")
	parallel := flags.Int("parallelism", 0, "")
	analytics := flags.Bool("analytics", true, "")
	flags.Bool("silence-events", false, "")
	if err := flags.Parse(args[3:]); err != nil {
		return err
	}
	if *analytics || *parallel != 10 {
		return errors.New("decK must keep its statistics to itself and have ten requests at once")
	}
	content, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	var state stateFile
	if err := yaml.Unmarshal(content, &state); err != nil {
		return err
	}
	return d.sync(state)
}

func (d *double) sync(state stateFile) error {
	var planes struct{ Data []struct{ ID, Name string } }
	if err := d.call(http.MethodGet, "/konnect-api/api/runtime_groups", nil, &planes); err != nil {
		return err
	}
	if len(planes.Data) != 1 || planes.Data[0].Name != state.Konnect.ControlPlane {
		return fmt.Errorf("control planes %v", planes.Data)
	}
	d.entities = "/v2/control-planes/" + planes.Data[0].ID + "/core-entities"
	for _, name := range []string{"service", "route", "upstream", "target"} {
		var schema struct{ Properties map[string]any }
		if err := d.call(http.MethodGet, d.entities+"/v1/schemas/json/"+name, nil, &schema); err != nil || len(schema.Properties) == 0 {
			return fmt.Errorf("schema of %s: %v, %w", name, schema, err)
		}
	}
	there, err := d.names()
	if err != nil {
		return err
	}
	for _, s := range state.Services {
		if there[s.Name] {
			continue
		}
		id := uuid.NewString()
		if err := d.call(http.MethodPut, d.entities+"/services/"+id, s.service, nil); err != nil {
			return err
		}
		for _, r := range s.Routes {
			r.Service = map[string]string{"id": id}
			if err := d.call(http.MethodPut, d.entities+"/routes/"+uuid.NewString(), r, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// names lists what is there, and reads the costs of each service as decK does.
func (d *double) names() (map[string]bool, error) {
	there := map[string]bool{}
	for _, collection := range []string{"services", "routes"} {
		var list struct{ Data []struct{ ID, Name string } }
		if err := d.call(http.MethodGet, d.entities+"/"+collection+"?size=1000", nil, &list); err != nil {
			return nil, err
		}
		for _, entity := range list.Data {
			there[entity.Name] = true
			if collection == "services" {
				if err := d.call(http.MethodGet, d.entities+"/services/"+entity.ID+"/graphql-rate-limiting-advanced/costs", nil, nil); err != nil {
					return nil, err
				}
			}
		}
	}
	return there, nil
}

func (d *double) call(method, path string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		content = nil
	}
	request, err := http.NewRequest(method, d.address+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s: %w", method, path, response.Status, strings.TrimSpace(string(content)), err)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(content, answer)
}
