package gatewayconformance_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/websocket"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/gateway-api/conformance/utils/roundtripper"
)

// echo answers as the suite's echo server does in a pod: with what has arrived, as JSON.
func echo(pod *corev1.Pod) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ws" {
			websocket.Handler(func(c *websocket.Conn) { _, _ = io.Copy(c, c) }).ServeHTTP(w, r)
			return
		}
		captured := roundtripper.CapturedRequest{
			Path: r.RequestURI, Host: r.Host, Method: r.Method, Protocol: r.Proto, Headers: r.Header,
			Namespace: pod.Namespace, Pod: pod.Name,
		}
		if target, err := url.ParseRequestURI(r.RequestURI); err == nil {
			captured.Path = target.RequestURI()
		}
		if delay, err := time.ParseDuration(r.URL.Query().Get("delay")); err == nil {
			select {
			case <-r.Context().Done():
			case <-time.After(delay):
			}
		}
		for _, header := range r.Header.Values("X-Echo-Set-Header") {
			for pair := range strings.SplitSeq(header, ",") {
				if name, value, ok := strings.Cut(strings.TrimSpace(pair), ":"); ok {
					w.Header().Add(name, value)
				}
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(captured)
	})
}
