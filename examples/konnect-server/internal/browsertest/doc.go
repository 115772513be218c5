// Package browsertest opens the page of konnect-server in headless Chromium and uses it as a person
// does: by keyboard, in light and in dark. It is a module of its own, for its driver of the browser.
package browsertest
