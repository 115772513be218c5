package wire

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/konnectkit/konnectkit/internal/canon"
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

// With returns a body with one field set.
func With(body []byte, field string, value any) ([]byte, error) {
	object, err := canon.Decode(body)
	if err != nil {
		return nil, err
	}
	object[field] = value
	return json.Marshal(object)
}
