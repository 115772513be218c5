// Package archtest holds the tests that keep the shape of the repository: which
// package may import which, what the core module may depend on, and the rules of the
// house that no linter knows. The rules are the tables at the top of each test file.
package archtest
