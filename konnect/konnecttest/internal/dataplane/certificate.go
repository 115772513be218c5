package dataplane

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// certificates are those that the control plane holds.
type certificates struct {
	byID        map[string][]tls.Certificate
	bySNI       map[string][]tls.Certificate
	authorities map[string]string // PEM by ID
	missing     []string
}

func newCertificates(d *decoder) *certificates {
	c := &certificates{
		byID: map[string][]tls.Certificate{}, bySNI: map[string][]tls.Certificate{}, authorities: map[string]string{},
	}
	for _, entity := range decode[struct {
		ID      string `json:"id"`
		Cert    string `json:"cert"`
		Key     string `json:"key"`
		CertAlt string `json:"cert_alt"`
		KeyAlt  string `json:"key_alt"`
	}](d, "certificates") {
		for _, pair := range [][2]string{{entity.Cert, entity.Key}, {entity.CertAlt, entity.KeyAlt}} {
			if pair[0] == "" {
				continue
			}
			loaded, err := tls.X509KeyPair([]byte(pair[0]), []byte(pair[1]))
			if err != nil { // the error could quote what is no business of a log
				c.missing = append(c.missing, fmt.Sprintf("certificate %s: no pair of a certificate and its key in PEM", entity.ID))
				continue
			}
			c.byID[entity.ID] = append(c.byID[entity.ID], loaded)
		}
	}
	for _, sni := range decode[struct {
		Name        string     `json:"name"`
		Certificate *reference `json:"certificate"`
	}](d, "snis") {
		c.bySNI[sni.Name] = c.byID[sni.Certificate.id()]
	}
	for _, authority := range decode[struct {
		ID   string `json:"id"`
		Cert string `json:"cert"`
	}](d, "ca_certificates") {
		c.authorities[authority.ID] = authority.Cert
	}
	return c
}

// choose returns the certificate for a client; nil where no SNI is its. The name itself goes
// before wildcards for its first and for its last label, and these before the asterisk alone.
func (c *certificates) choose(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c == nil {
		return nil, nil
	}
	for _, name := range sniNames(hello.ServerName) {
		pairs, ok := c.bySNI[name]
		if !ok {
			continue
		}
		for i := range pairs {
			if len(pairs) == 1 || hello.SupportsCertificate(&pairs[i]) == nil {
				return &pairs[i], nil
			}
		}
		return nil, fmt.Errorf("SNI %s: no certificate that can be used", name)
	}
	return nil, nil
}

func sniNames(name string) []string {
	if name == "" {
		return []string{"*"}
	}
	names := []string{name}
	if _, rest, ok := strings.Cut(name, "."); ok {
		names = append(names, "*."+rest)
	}
	if end := strings.LastIndexByte(name, '.'); end > 0 {
		names = append(names, name[:end]+".*")
	}
	return append(names, "*")
}
