package gatewayapi

import gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

// protocols is a set of whether requests come in plain text, and over TLS.
type protocols uint8

const (
	plainText protocols = 1 << iota
	overTLS
)

func protocolsOf(l *listener) protocols {
	if l.protocol == gatewayv1.HTTPSProtocolType {
		return overTLS
	}
	return plainText
}

// scheme is that of the listeners' URLs.
func (p protocols) scheme() string {
	if p == overTLS {
		return "https"
	}
	return "http"
}

// kong returns the protocols of a KongRoute.
func (p protocols) kong(f family) []string {
	plain, secure := "http", "https"
	if f == grpcFamily {
		plain, secure = "grpc", "grpcs"
	}
	switch p {
	case plainText:
		return []string{plain}
	case overTLS:
		return []string{secure}
	default:
		return []string{plain, secure}
	}
}
