package page

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/konnectkit/konnectkit/konnect/konnecttest"
)

// RequestLogLimit is how many requests a server needs to keep for the page.
const RequestLogLimit = 200

// shownRequest is a request of the log without what may be secret in it.
type shownRequest struct {
	Number int
	Time   string
	Method string
	Path   string
	Status int    // 0 while under way
	Fault  string // that was injected
	Body   string // indented; empty where it is not shown
	Failed bool
	Write  bool
}

// A key is also the name under which its credential is found.
var keyInPath = regexp.MustCompile(`(/key-auths?/)([^/]+)`)

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// shownRequests are the latest ones, the last first, at most so many.
func shownRequests(log []konnecttest.Request, most int) []shownRequest {
	slices.Reverse(log)
	out := make([]shownRequest, 0, min(len(log), most))
	for _, r := range log[:min(len(log), most)] {
		out = append(out, shownRequest{
			Number: r.Number, Time: r.Time.Format(time.TimeOnly), Method: r.Method, Path: maskedPath(r.Path),
			Status: r.Status, Fault: r.Fault, Body: shownBody(r), Failed: r.Status >= 400, Write: r.IsWrite(),
		})
	}
	return out
}

func maskedPath(path string) string {
	return keyInPath.ReplaceAllStringFunc(path, func(match string) string {
		at := strings.LastIndex(match, "/") + 1
		if uuidPattern.MatchString(match[at:]) {
			return match
		}
		return match[:at] + "[redacted]"
	})
}

// shownBody is for requests that were carried out: only of those is it known what their body is,
// and so what in it is secret.
func shownBody(r konnecttest.Request) string {
	var out bytes.Buffer
	if r.Status < 200 || r.Status >= 300 || json.Indent(&out, r.Body, "", "  ") != nil {
		return ""
	}
	return visible(out.String())
}
