package wire

import (
	"net/url"
	"strings"
)

// ControlPlanesPath is the path of all control planes.
const ControlPlanesPath = "/v2/control-planes"

// ControlPlanePath is the path of one control plane.
func ControlPlanePath(id string) string { return ControlPlanesPath + "/" + Segment(id) }

// CorePath is the path of the entities in a control plane; a collection follows it.
func CorePath(controlPlaneID string) string {
	return ControlPlanePath(controlPlaneID) + "/core-entities/"
}

// Segment escapes what a server or an object says, so that it stays one segment of a path.
func Segment(text string) string {
	if text == "." || text == ".." {
		return strings.ReplaceAll(text, ".", "%2E")
	}
	return url.PathEscape(text)
}
