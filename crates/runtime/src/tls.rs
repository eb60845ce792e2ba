//! How we speak TLS to servers that are not ours.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, WantsVerifier,
};

use hyper_rustls::ConfigBuilderExt;

/// With the certificates that the machine trusts.
#[must_use]
pub fn verifying() -> ClientConfig {
    let tls = builder();
    let trusting = tls.clone().with_native_roots().unwrap_or_else(|error| {
        tracing::warn!(%error, "This machine trusts no certificate: nothing can be reached over https");
        tls.with_root_certificates(RootCertStore::empty())
    });
    trusting.with_no_client_auth()
}

/// With whichever certificate the server has: what is sent is hidden from those who listen, not from those who step in
/// between.
#[must_use]
pub fn believing() -> ClientConfig {
    let anybody = Arc::new(Anybody(aws_lc_rs::default_provider()));
    builder().dangerous().with_custom_certificate_verifier(anybody).with_no_client_auth()
}

fn builder() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    tls.with_safe_default_protocol_versions().expect("aws-lc has ciphers for both versions of TLS")
}

/// Takes any certificate whose key the server has.
#[derive(Debug)]
struct Anybody(CryptoProvider);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
