package v1alpha1

// Healthchecks say how an upstream finds out which targets work. The CRD
// requires most numbers once their section is there; a 0 turns that check off.
//
// +kubebuilder:validation:XValidation:rule="self.threshold >= 0 && self.threshold <= 100",message="threshold must be between 0 and 100"
type Healthchecks struct {
	// Threshold is the percentage of weight that must be healthy for the upstream
	// to count as such, 0 to 100; required.
	//
	// +required
	Threshold *float64 `json:"threshold,omitempty"`

	// Active checks probe the targets; unset means Konnect's default, which is off.
	//
	// +optional
	Active *ActiveHealthchecks `json:"active,omitempty"`

	// Passive checks watch the traffic; unset means Konnect's default, which is off.
	//
	// +optional
	Passive *PassiveHealthchecks `json:"passive,omitempty"`
}

// ActiveHealthchecks probe the targets.
type ActiveHealthchecks struct {
	// Type of probe: tcp, http, https, grpc or grpcs; required.
	//
	// +required
	Type *string `json:"type,omitempty"`

	// Concurrency is the number of targets probed at once; required.
	//
	// +required
	Concurrency *int64 `json:"concurrency,omitempty"`

	// Timeout of a probe in seconds, 0 to 65535; required.
	//
	// +required
	Timeout *float64 `json:"timeout,omitempty"`

	// HTTPPath is the path of http and https probes; required.
	//
	// +required
	HTTPPath *string `json:"http_path,omitempty"`

	// HTTPSVerifyCertificate checks the certificate of https probes; required.
	//
	// +required
	HTTPSVerifyCertificate *bool `json:"https_verify_certificate,omitempty"`

	// HTTPSSNI is the server name of https probes; unset sends none.
	//
	// +optional
	HTTPSSNI *string `json:"https_sni,omitempty"`

	// Headers of http and https probes.
	//
	// +optional
	Headers map[string][]string `json:"headers,omitzero"`

	// Healthy says when a target counts as healthy.
	//
	// +optional
	Healthy *ActiveHealthy `json:"healthy,omitempty"`

	// Unhealthy says when a target counts as unhealthy.
	//
	// +optional
	Unhealthy *ActiveUnhealthy `json:"unhealthy,omitempty"`
}

// ActiveHealthy says when a probed target counts as healthy.
type ActiveHealthy struct {
	// HTTPStatuses that count as a success; empty means Konnect's default.
	//
	// +optional
	HTTPStatuses []int64 `json:"http_statuses,omitzero"`

	// Interval between probes of healthy targets in seconds, 0 to 65535; required.
	//
	// +required
	Interval *float64 `json:"interval,omitempty"`

	// Successes in a row that make a target healthy, 0 to 255; required.
	//
	// +required
	Successes *int64 `json:"successes,omitempty"`
}

// ActiveUnhealthy says when a probed target counts as unhealthy.
type ActiveUnhealthy struct {
	// HTTPStatuses that count as a failure; empty means Konnect's default.
	//
	// +optional
	HTTPStatuses []int64 `json:"http_statuses,omitzero"`

	// Interval between probes of unhealthy targets in seconds, 0 to 65535; required.
	//
	// +required
	Interval *float64 `json:"interval,omitempty"`

	// HTTPFailures that make a target unhealthy, 0 to 255; required.
	//
	// +required
	HTTPFailures *int64 `json:"http_failures,omitempty"`

	// TCPFailures that make a target unhealthy, 0 to 255; required.
	//
	// +required
	TCPFailures *int64 `json:"tcp_failures,omitempty"`

	// Timeouts that make a target unhealthy, 0 to 255; required.
	//
	// +required
	Timeouts *int64 `json:"timeouts,omitempty"`
}

// PassiveHealthchecks watch the traffic.
type PassiveHealthchecks struct {
	// Type of traffic watched: tcp, http, https, grpc or grpcs; required.
	//
	// +required
	Type *string `json:"type,omitempty"`

	// Healthy says when a target counts as healthy.
	//
	// +optional
	Healthy *PassiveHealthy `json:"healthy,omitempty"`

	// Unhealthy says when a target counts as unhealthy.
	//
	// +optional
	Unhealthy *PassiveUnhealthy `json:"unhealthy,omitempty"`
}

// PassiveHealthy says when a watched target counts as healthy.
type PassiveHealthy struct {
	// HTTPStatuses that count as a success; empty means Konnect's default.
	//
	// +optional
	HTTPStatuses []int64 `json:"http_statuses,omitzero"`

	// Successes that make a target healthy, 0 to 255; required.
	//
	// +required
	Successes *int64 `json:"successes,omitempty"`
}

// PassiveUnhealthy says when a watched target counts as unhealthy.
type PassiveUnhealthy struct {
	// HTTPStatuses that count as a failure; empty means Konnect's default.
	//
	// +optional
	HTTPStatuses []int64 `json:"http_statuses,omitzero"`

	// HTTPFailures that make a target unhealthy, 0 to 255; required.
	//
	// +required
	HTTPFailures *int64 `json:"http_failures,omitempty"`

	// TCPFailures that make a target unhealthy, 0 to 255; required.
	//
	// +required
	TCPFailures *int64 `json:"tcp_failures,omitempty"`

	// Timeouts that make a target unhealthy, 0 to 255; required.
	//
	// +required
	Timeouts *int64 `json:"timeouts,omitempty"`
}
