package konnectkit

import (
	_ "github.com/Kong/sdk-konnect-go"
	_ "github.com/cenkalti/backoff/v4"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/google/uuid"
	_ "github.com/jarcoal/httpmock"
	_ "github.com/stretchr/testify/assert"
	_ "github.com/stretchr/testify/require"
	_ "go.yaml.in/yaml/v3"
	_ "sigs.k8s.io/yaml"
)
