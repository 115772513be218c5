package gatewayconformance_test

import (
	"net/http/httptest"
	"net/url"

	"golang.org/x/net/websocket"
)

// dialer connects to the data plane of the Gateway that a URL is for.
type dialer struct{ *world }

// Dial opens a connection to a server of the data plane, for which the URL's host is that of the request.
func (d dialer) Dial(target, protocol, origin string) (*websocket.Conn, error) {
	d.sync()
	location, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	p, err := d.planeAt(location.Hostname())
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(p.gateway)
	d.t.Cleanup(server.Close)
	d.record(d.t.Name()+location.Path, "")
	return websocket.Dial("ws://"+server.Listener.Addr().String()+location.Path, protocol, origin)
}
