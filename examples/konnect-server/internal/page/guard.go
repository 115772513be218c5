package page

import (
	"net"
	"net/http"
	"net/netip"
)

// Guard passes on requests that a program of this machine sends, or a person to whom the page
// itself was shown. Others get 403: those that name another host, behind which a name that was
// made to lead to this machine could hide, and those that a browser sends for another origin.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !loopback(r.Host):
			http.Error(w, "the host of the request is not a loopback address", http.StatusForbidden)
		case foreign(r):
			http.Error(w, "the request comes from another origin", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport // without a port
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// foreign goes by headers that scripts cannot set. Programs send none of them.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none": // none: typed, or a bookmark
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	return origin != "" && origin != "http://"+r.Host
}
