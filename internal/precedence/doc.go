// Package precedence answers requests as the text of the Gateway API says it, rule by rule and
// in the plainest code there is. It judges the translation of routes in tests, and for that
// shares nothing with it.
package precedence
