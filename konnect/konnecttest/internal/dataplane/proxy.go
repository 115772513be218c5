package dataplane

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"
)

// proxied is the part of an exchange behind the gateway.
type proxied struct {
	*exchange
	upstream *upstream // nil where the service names a host
	body     []byte    // for further tries; nil where the body is not buffered
	key      string    // what is hashed
	asked    time.Time
}

var errNoPeer = errors.New("failure to get a peer from the ring-balancer")

// proxy sends the request on and the answer back.
func (x *exchange) proxy() {
	p := &proxied{exchange: x, upstream: x.state.upstream(x.service)}
	if p.upstream != nil {
		p.key = p.upstream.key(x)
	}
	if buffered := x.state.settings[x.match.Route.ID].RequestBuffering; buffered == nil || *buffered {
		body, err := io.ReadAll(x.in.Body)
		if err != nil {
			x.answer(http.StatusBadRequest, "Bad request", nil)
			return
		}
		p.body = body
	}
	reverse := &httputil.ReverseProxy{
		Rewrite: p.rewrite, Transport: p, ModifyResponse: p.complete, ErrorHandler: p.fail,
		FlushInterval: -1, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	reverse.ServeHTTP(x.w, x.in)
}

// rewrite makes the request for a target, but for its address and host.
func (p *proxied) rewrite(r *httputil.ProxyRequest) {
	_, query, asks := strings.Cut(p.target, "?")
	for _, name := range p.hidden {
		query = withoutArguments(query, name)
		asks = query != ""
	}
	r.Out.URL = &url.URL{
		Scheme: p.service.entity.Protocol, Opaque: escape(p.match.UpstreamPath), RawQuery: query, ForceQuery: asks && query == "",
	}
	if !strings.EqualFold(r.Out.Header.Get("Upgrade"), "websocket") {
		r.Out.Header.Del("Upgrade")
		r.Out.Header.Del("Connection")
	}
	p.forward(r.Out.Header)
	for name, value := range p.headers {
		if value == "" {
			r.Out.Header.Del(name)
		} else {
			r.Out.Header.Set(name, value)
		}
	}
	for _, edit := range p.edits {
		edit(r.Out)
	}
}

// escape writes a path as a request has it.
func escape(path string) string {
	const kept = "!#$&'()*+,/:;=?@[]-_.~%"
	var out strings.Builder
	for i := range len(path) {
		c := path[i]
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(kept, c) >= 0 {
			out.WriteByte(c)
		} else {
			const digits = "0123456789ABCDEF"
			out.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	if out.Len() == 0 {
		return "/"
	}
	return out.String()
}

// RoundTrip asks one target after another until one has answered or the service's retries
// are used up. A request that may have arrived is repeated only where that does no harm.
func (p *proxied) RoundTrip(out *http.Request) (*http.Response, error) {
	p.asked = time.Now()
	for tries := 0; ; tries++ {
		peer, err := p.peer()
		if err != nil {
			return nil, err
		}
		res, err := p.try(out, peer)
		switch {
		case err == nil:
			if p.upstream != nil {
				p.upstream.answered(peer, res.StatusCode)
			}
			return res, nil
		case tries == p.service.retries || out.Context().Err() != nil || !p.repeatable(err):
			if p.upstream != nil && out.Context().Err() == nil {
				p.last(peer, err)
			}
			return nil, err
		case p.upstream != nil:
			p.upstream.lost(peer, failureOf(err))
		}
	}
}

// last counts the final try, of which a gateway knows the status of its own answer alone.
func (p *proxied) last(peer *peer, err error) {
	if failureOf(err) == failedByTimeout {
		p.upstream.lost(peer, failedByTimeout)
	} else {
		p.upstream.answered(peer, http.StatusBadGateway)
	}
}

// peer is where the next try goes.
func (p *proxied) peer() (*peer, error) {
	if p.upstream == nil {
		return &peer{address: p.service.address(), host: p.service.entity.Host, port: p.service.port()}, nil
	}
	if peer := p.upstream.take(p.key); peer != nil {
		return peer, nil
	}
	return nil, errNoPeer
}

func (p *proxied) repeatable(err error) bool {
	var unreachable *unreachableError
	if errors.As(err, &unreachable) || errors.Is(err, errClosed) {
		return false
	}
	if _, ok := errors.AsType[*connectError](err); ok {
		return true
	}
	return p.body != nil && !slices.Contains([]string{http.MethodPost, http.MethodPatch, "LOCK"}, p.in.Method)
}

// host is the Host header for a target.
func (p *proxied) host(to *peer) string {
	if p.match.UpstreamHost != "" {
		return p.match.UpstreamHost
	}
	name := to.host
	if p.upstream != nil && p.upstream.entity.HostHeader != "" {
		name = p.upstream.entity.HostHeader
	}
	return hostHeader(p.service.entity.Protocol, name, to.port)
}

// try asks one target.
func (p *proxied) try(out *http.Request, to *peer) (*http.Response, error) {
	host := p.host(to)
	ctx := context.WithValue(out.Context(), serverName{}, unbracketed(lowerHost(host)))
	ctx, watch := newWatch(ctx, p.service.read)
	request := out.WithContext(ctx)
	request.URL = new(*out.URL)
	request.URL.Host, request.Host = to.address, host
	if p.body != nil {
		request.Body = io.NopCloser(bytes.NewReader(p.body))
		request.ContentLength = int64(len(p.body))
		if len(p.body) == 0 {
			request.Body = http.NoBody
		}
	}
	done := func() {
		watch.stop()
		if p.upstream != nil {
			p.upstream.done(to)
		}
	}
	res, err := p.service.transport.RoundTrip(request)
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errReadTimeout) {
			err = cause
		}
		done()
		return nil, err
	}
	res.Body = watch.body(res.Body, done)
	return res, nil
}

// failureOf says what became of a try.
func failureOf(err error) failed {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, errReadTimeout) {
		return failedByTimeout
	}
	return failedConnection
}

// complete adds the gateway's headers to an answer.
func (p *proxied) complete(res *http.Response) error {
	waited := time.Since(p.asked)
	p.state.plugins.respond(p.exchange, res.Header)
	res.Header.Set("Via", "1.1 "+serverName310)
	res.Header.Set(requestIDHeader, p.id)
	res.Header.Set("X-Kong-Upstream-Latency", milli(waited))
	res.Header.Set("X-Kong-Proxy-Latency", milli(time.Since(p.begun)-waited))
	return nil
}

// fail answers in the place of a target.
func (p *proxied) fail(_ http.ResponseWriter, r *http.Request, err error) {
	var unreachable *unreachableError
	switch {
	case errors.As(err, &unreachable):
		p.beyond([]string{unreachable.Error()})
	case errors.Is(err, errNoPeer):
		p.answer(http.StatusServiceUnavailable, errNoPeer.Error(), nil)
	case r.Context().Err() != nil: // the client has gone
		p.answer(statusClientClosed, "", nil)
	case failureOf(err) == failedByTimeout:
		p.answer(http.StatusGatewayTimeout, "The upstream server is timing out", nil)
	default:
		p.answer(http.StatusBadGateway, "An invalid response was received from the upstream server", nil)
	}
}

const statusClientClosed = 499
