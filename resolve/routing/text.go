package routing

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/konnectkit/konnectkit/internal/printable"
)

// maxListed of each list are printed; JSON has all.
const maxListed = 10

// String returns a few lines for people.
func (e *Explanation) String() string {
	var text strings.Builder
	line := func(format string, values ...any) { text.WriteString(printable.Sprintf(format, values...) + "\n") }
	line("%s", e.Request)
	if e.rewritten {
		line("  is matched as %s", e.Path)
	}
	switch {
	case e.Refused != "":
		line("  is taken by no route: %s", e.Refused)
	case e.Match == nil:
		line("  is taken by no route")
	default:
		line("  is taken by %s", e.Match.Route)
		line("  %s", e.Match.effect())
	}
	list(&text, "  These would take it as well:", len(e.RunnersUp), func(i int) string {
		return printable.Sprintf("%s: %s", e.RunnersUp[i].Route, e.RunnersUp[i].Reason)
	})
	list(&text, "  These miss by one field:", len(e.NearMisses), func(i int) string {
		m := e.NearMisses[i]
		return printable.Sprintf("%s: %s: %s", m.Route, m.Field, m.Reason)
	})
	return text.String()
}

func list(text *strings.Builder, title string, n int, item func(int) string) {
	if n == 0 {
		return
	}
	text.WriteString(title + "\n")
	for i := range min(n, maxListed) {
		text.WriteString("  - " + item(i) + "\n")
	}
	if n > maxListed {
		fmt.Fprintf(text, "  - and %d more\n", n-maxListed)
	}
}

// effect says what the gateway does.
func (m *Match) effect() string {
	switch {
	case m.Location != "":
		location, _, _ := strings.Cut(m.Location, "?")
		return fmt.Sprintf("answered %d, which leads to %s", m.Status, location)
	case m.Status == http.StatusServiceUnavailable && m.Route.Service == nil:
		return "answered 503: the route has no service"
	case m.Status == http.StatusServiceUnavailable:
		return fmt.Sprintf("answered 503: the protocol of %s is %s, which the route does not speak", m.Route.Service, m.Route.Service.Protocol)
	case m.Status == http.StatusUpgradeRequired:
		return "answered 426: the route accepts https alone"
	case m.Status == http.StatusUnsupportedMediaType:
		return "answered 415: the route accepts gRPC alone"
	case m.Status != 0:
		return fmt.Sprintf("answered %d by the gateway itself", m.Status)
	case m.Route.Service == nil:
		return "and goes nowhere: the route has no service"
	case m.UpstreamPath == "":
		return fmt.Sprintf("and goes to %s", m.Route.Service)
	default:
		return fmt.Sprintf("and goes to %s as %s", m.Route.Service, m.UpstreamPath)
	}
}
