package dataplane

import (
	"encoding/json"
	"net/http"
)

type requestTerminationConfig struct {
	StatusCode  int    `json:"status_code"`
	Message     string `json:"message"`
	Body        string `json:"body"`
	ContentType string `json:"content_type"`
	Trigger     string `json:"trigger"`
	Echo        bool   `json:"echo"`
}

func requestTerminationFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := requestTerminationConfig{StatusCode: http.StatusServiceUnavailable}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	if c.Message == "" {
		c.Message = map[int]string{
			401: "Unauthorized", 404: "Not found", 405: "Method not allowed",
			500: "An unexpected error occurred", 502: "Bad Gateway", 503: "Service unavailable",
		}[c.StatusCode]
	}
	switch {
	case c.Echo:
		missing = "echo"
	case c.Body != "" && c.ContentType == "":
		missing = "body without content_type"
	case c.Body == "" && c.Message == "":
		missing = "status_code without message"
	}
	return effect{request: c.run}, missing, err
}

func (c *requestTerminationConfig) run(x *exchange) bool {
	if c.Trigger != "" && x.in.Header.Get(c.Trigger) == "" && !x.in.URL.Query().Has(c.Trigger) {
		return false
	}
	if c.Body == "" {
		x.answer(c.StatusCode, c.Message, nil)
		return true
	}
	x.w.Header().Set("Content-Type", c.ContentType)
	x.finish(c.StatusCode, []byte(c.Body))
	return true
}
