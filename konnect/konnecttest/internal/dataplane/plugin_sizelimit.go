package dataplane

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

type sizeLimitConfig struct {
	AllowedPayloadSize   int64  `json:"allowed_payload_size"`
	SizeUnit             string `json:"size_unit"`
	RequireContentLength bool   `json:"require_content_length"`
}

func sizeLimitFrom(raw json.RawMessage) (does effect, missing string, err error) {
	c := sizeLimitConfig{AllowedPayloadSize: 128, SizeUnit: "megabytes"}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &c)
	}
	return effect{request: c.run}, "", err
}

func (c *sizeLimitConfig) run(x *exchange) bool {
	length := x.in.ContentLength
	switch {
	case length < 0 && c.RequireContentLength:
		x.answer(http.StatusLengthRequired, "A valid Content-Length header is required", nil)
		return true
	case length < 0: // it is known once the body has come
		body, err := io.ReadAll(io.LimitReader(x.in.Body, c.bytes()+1))
		if err != nil {
			x.answer(http.StatusBadRequest, "Bad request", nil)
			return true
		}
		length, x.in.Body = int64(len(body)), io.NopCloser(io.MultiReader(bytes.NewReader(body), x.in.Body))
	}
	if length <= c.bytes() {
		return false
	}
	status := http.StatusRequestEntityTooLarge
	if strings.EqualFold(strings.TrimSpace(x.in.Header.Get("Expect")), "100-continue") {
		status = http.StatusExpectationFailed
	}
	x.answer(status, "Request size limit exceeded", nil)
	return true
}

func (c *sizeLimitConfig) bytes() int64 {
	switch c.SizeUnit {
	case "kilobytes":
		return c.AllowedPayloadSize << 10
	case "bytes":
		return c.AllowedPayloadSize
	default:
		return c.AllowedPayloadSize << 20
	}
}
