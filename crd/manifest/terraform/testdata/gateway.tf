# KonnectGatewayControlPlane shop/gateway
import {
  to = konnect_gateway_control_plane.gateway
  id = "konnectgatewaycontrolplane-gateway"
}

# KongCACertificate shop/ledger
import {
  to = konnect_gateway_ca_certificate.ledger
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongcacertificate-ledger"
  })
}

# KongCertificate shop/ledger-client
import {
  to = konnect_gateway_certificate.ledger-client
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongcertificate-ledger-client"
  })
}

# KongCertificate shop/shop
import {
  to = konnect_gateway_certificate.shop
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongcertificate-shop"
  })
}

# KongConsumer shop/nightly
import {
  to = konnect_gateway_consumer.nightly
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongconsumer-nightly"
  })
}

# KongConsumerGroup shop/gold
import {
  to = konnect_gateway_consumer_group.gold
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongconsumergroup-gold"
  })
}

# KongConsumerGroup shop/partners
import {
  to = konnect_gateway_consumer_group.partners
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongconsumergroup-partners"
  })
}

# KongDataPlaneClientCertificate shop/data-planes
import {
  to = konnect_gateway_data_plane_client_certificate.data-planes
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongdataplaneclientcertificate-data-planes"
  })
}

# KongKeySet shop/tokens
import {
  to = konnect_gateway_key_set.tokens
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongkeyset-tokens"
  })
}

# KongPluginBinding shop/correlation
import {
  to = konnect_gateway_plugin_correlation_id.correlation
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongpluginbinding-correlation"
  })
}

# KongRoute shop/health
import {
  to = konnect_gateway_route.health
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongroute-health"
  })
}

# KongService shop/shop
import {
  to = konnect_gateway_service.shop
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongservice-shop"
  })
}

# KongUpstream shop/shop
import {
  to = konnect_gateway_upstream.shop
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongupstream-shop"
  })
}

# KongVault certificates
import {
  to = konnect_gateway_vault.certificates
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongvault-certificates"
  })
}

# KongConsumer shop/alice
import {
  to = konnect_gateway_consumer.alice
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongconsumer-alice"
  })
}

# KongConsumer shop/bob
import {
  to = konnect_gateway_consumer.bob
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongconsumer-bob"
  })
}

# KongCredentialJWT shop/nightly
import {
  to = konnect_gateway_jwt.nightly
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialjwt-nightly"
  })
}

# KongKey shop/current
import {
  to = konnect_gateway_key.current
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongkey-current"
  })
}

# KongKey shop/next
import {
  to = konnect_gateway_key.next
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongkey-next"
  })
}

# KongPluginBinding shop/gold
import {
  to = konnect_gateway_plugin_rate_limiting.gold
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongpluginbinding-gold"
  })
}

# KongPluginBinding shop/key-auth
import {
  to = konnect_gateway_plugin_key_auth.key-auth
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongpluginbinding-key-auth"
  })
}

# KongRoute shop/basket
import {
  to = konnect_gateway_route.basket
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongroute-basket"
  })
}

# KongRoute shop/catalogue
import {
  to = konnect_gateway_route.catalogue
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongroute-catalogue"
  })
}

# KongRoute shop/orders
import {
  to = konnect_gateway_route.orders
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongroute-orders"
  })
}

# KongSNI shop/shop
import {
  to = konnect_gateway_sni.shop
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongsni-shop"
  })
}

# KongService shop/ledger
import {
  to = konnect_gateway_service.ledger
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongservice-ledger"
  })
}

# KongTarget shop/shop-1
import {
  to = konnect_gateway_target.shop-1
  id = jsonencode({
    control_plane_id = "plane"
    upstream_id      = "parent"
    id               = "kongtarget-shop-1"
  })
}

# KongTarget shop/shop-2
import {
  to = konnect_gateway_target.shop-2
  id = jsonencode({
    control_plane_id = "plane"
    upstream_id      = "parent"
    id               = "kongtarget-shop-2"
  })
}

# KongTarget shop/shop-3
import {
  to = konnect_gateway_target.shop-3
  id = jsonencode({
    control_plane_id = "plane"
    upstream_id      = "parent"
    id               = "kongtarget-shop-3"
  })
}

# KongCredentialACL shop/alice
import {
  to = konnect_gateway_acl.alice
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialacl-alice"
  })
}

# KongCredentialACL shop/alice-admin
import {
  to = konnect_gateway_acl.alice-admin
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialacl-alice-admin"
  })
}

# KongCredentialACL shop/bob
import {
  to = konnect_gateway_acl.bob
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialacl-bob"
  })
}

# KongCredentialAPIKey shop/alice
import {
  to = konnect_gateway_key_auth.alice
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialapikey-alice"
  })
}

# KongCredentialAPIKey shop/bob
import {
  to = konnect_gateway_key_auth.bob
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialapikey-bob"
  })
}

# KongCredentialBasicAuth shop/alice
import {
  to = konnect_gateway_basic_auth.alice
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialbasicauth-alice"
  })
}

# KongCredentialBasicAuth shop/bob
import {
  to = konnect_gateway_basic_auth.bob
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialbasicauth-bob"
  })
}

# KongCredentialHMAC shop/bob
import {
  to = konnect_gateway_hmac_auth.bob
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialhmac-bob"
  })
}

# KongCredentialJWT shop/alice
import {
  to = konnect_gateway_jwt.alice
  id = jsonencode({
    control_plane_id = "plane"
    consumer_id      = "parent"
    id               = "kongcredentialjwt-alice"
  })
}

# KongRoute shop/entries
import {
  to = konnect_gateway_route.entries
  id = jsonencode({
    control_plane_id = "plane"
    id               = "kongroute-entries"
  })
}

# Left out:
# KongConsumer shop/alice: the provider has no import for consumerGroups: write konnect_gateway_consumer_group_member
# KongConsumer shop/bob: the provider has no import for consumerGroups: write konnect_gateway_consumer_group_member
