package v1alpha1

import (
	"log/slog"

	"github.com/konnectkit/konnectkit/crd"
)

// LogValue implements slog.LogValuer, because a handler that writes JSON would show
// the token.
func (b KonnectAPIAuthConfigurationApplyConfiguration) LogValue() slog.Value {
	key := crd.Key{Group: crd.KonnectGroup, Kind: crd.APIAuthKind}
	if meta := b.ObjectMetaApplyConfiguration; meta != nil {
		key.Namespace, key.Name = valueOf(meta.Namespace), valueOf(meta.Name)
	}
	return slog.StringValue(key.String())
}

// LogValue implements slog.LogValuer, because a handler that writes JSON would show
// the token.
func (b KonnectAPIAuthConfigurationSpecApplyConfiguration) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("type", valueOf(b.Type)), slog.String("server_url", valueOf(b.ServerURL))}
	if b.Token != nil {
		attrs = append(attrs, slog.String("token", b.Token.String()))
	}
	return slog.GroupValue(attrs...)
}

func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
