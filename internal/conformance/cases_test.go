package conformance

func serviceCases() []scenario      { return nil }
func routeCases() []scenario        { return nil }
func upstreamCases() []scenario     { return nil }
func targetCases() []scenario       { return nil }
func grantCases() []scenario        { return nil }
func authCases() []scenario         { return nil }
func controlPlaneCases() []scenario { return nil }
