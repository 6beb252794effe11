//! Mutual TLS: certificates are made anew for each test and stand in for OCES3 ones.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::super::*;
use super::{configured, now, receipt};

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer() -> Issuer {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an issuer")
}

/// Certificate and key, PEM.
fn issue(issuer: &Issuer, purpose: ExtendedKeyUsagePurpose) -> (String, String) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    params.extended_key_usages = vec![purpose];
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, issuer).expect("a certificate");
    (certificate.pem(), key.serialize_pem())
}

/// Answers every call with 200 on connections whose certificate `clients` issued.
async fn serve(servers: &Issuer, clients: &Issuer) -> String {
    let (certificate, key) = issue(servers, ExtendedKeyUsagePurpose::ServerAuth);
    let mut roots = RootCertStore::empty();
    roots.add(clients.der().clone()).expect("a root");
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key"),
        )
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let mut request = [0; 4096];
            if connection.read(&mut request).await.is_ok_and(|read| read > 0) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = connection.write_all(answer).await;
                let _ = connection.shutdown().await;
            }
        }
    });
    format!("https://localhost:{port}/apis/v1")
}

struct Files(tempfile::TempDir);

impl Files {
    fn write(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    }
}

async fn send(base_url: &str, root: &str, identity: Option<(&str, &str)>) -> Result<Accepted, Setback> {
    let mut more = vec![("MODTAG_DIGITAL_POST__CA_FILE", root)];
    if let Some((certificate, key)) = identity {
        more.push(("MODTAG_DIGITAL_POST__CLIENT_CERTIFICATE_FILE", certificate));
        more.push(("MODTAG_DIGITAL_POST__CLIENT_KEY_FILE", key));
    }
    let config = configured(base_url, &more);
    let client = DigitalPost::open(&config.digital_post).expect("opens").expect("is configured");
    client.send(&receipt(Verdict::Completed), now()).await
}

#[tokio::test]
async fn the_client_certificate_is_shown_and_the_server_must_be_the_right_one() {
    let (servers, clients, strangers) = (issuer(), issuer(), issuer());
    let address = serve(&servers, &clients).await;
    let files = Files(tempfile::tempdir().expect("a folder"));
    let root = files.write("rod.pem", &servers.pem());
    let other_root = files.write("anden-rod.pem", &strangers.pem());
    let (certificate, key) = issue(&clients, ExtendedKeyUsagePurpose::ClientAuth);
    let (certificate, key) = (files.write("os.pem", &certificate), files.write("os.key", &key));
    let (wrong, wrong_key) = issue(&strangers, ExtendedKeyUsagePurpose::ClientAuth);
    let (wrong, wrong_key) = (files.write("fremmed.pem", &wrong), files.write("fremmed.key", &wrong_key));

    assert!(matches!(send(&address, &root, Some((&certificate, &key))).await, Ok(Accepted::Now)));
    for (root, identity) in [
        (&root, None),
        (&root, Some((wrong.as_str(), wrong_key.as_str()))),
        (&other_root, Some((certificate.as_str(), key.as_str()))),
    ] {
        let answer = send(&address, root, identity).await;
        assert!(matches!(answer, Err(Setback::Later { .. })), "{answer:?}");
    }
}

#[test]
fn a_key_that_belongs_to_another_certificate_is_refused_at_start() {
    let issuer = issuer();
    let files = Files(tempfile::tempdir().expect("a folder"));
    let (certificate, _) = issue(&issuer, ExtendedKeyUsagePurpose::ClientAuth);
    let (_, key) = issue(&issuer, ExtendedKeyUsagePurpose::ClientAuth);
    let more = [
        ("MODTAG_DIGITAL_POST__CLIENT_CERTIFICATE_FILE", files.write("os.pem", &certificate)),
        ("MODTAG_DIGITAL_POST__CLIENT_KEY_FILE", files.write("anden.key", &key)),
        ("MODTAG_DIGITAL_POST__CA_FILE", files.write("rod.pem", &issuer.pem())),
    ];
    let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let config = configured("https://localhost", &more);
    assert!(matches!(DigitalPost::open(&config.digital_post), Err(OpenError::Tls(_))));
}
