//! Mail over TLS: certificates are made anew for each test.

use std::fs;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::*;
use crate::config::Config;

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer() -> Issuer {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an issuer")
}

fn acceptor(issuer: &Issuer) -> TlsAcceptor {
    let params = CertificateParams::new(["localhost".to_owned()]).expect("parameters");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, issuer).expect("a certificate").pem();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("a key"),
        );
    TlsAcceptor::from(Arc::new(config.expect("a server")))
}

/// Says yes to everything, until a word that it returns: `STARTTLS` or `QUIT`. Says whether anybody signed in.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    offers: &str,
) -> Option<(String, bool, impl AsyncRead + AsyncWrite + Unpin)> {
    let mut stream = BufReader::new(stream);
    let mut signed_in = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        signed_in |= word == "AUTH";
        let answer = match word.as_str() {
            "EHLO" => format!("250-post\r\n250 {offers}\r\n"),
            "AUTH" => "235 ok\r\n".into(),
            "DATA" => "354 go on\r\n".into(),
            "STARTTLS" | "QUIT" => "220 ok\r\n".into(),
            _ if line.trim_end() == "." => "250 ok\r\n".into(),
            "MAIL" | "RCPT" => "250 ok\r\n".into(),
            // A line of the mail itself.
            _ => String::new(),
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
        if word == "STARTTLS" || word == "QUIT" {
            return Some((word, signed_in, stream.into_inner()));
        }
    }
}

/// A server on localhost; `wrapped` speaks TLS from the first byte. Tells how each conversation ended.
async fn serve(
    issuer: &Issuer,
    wrapped: bool,
    offers: &'static str,
) -> (u16, tokio::sync::mpsc::Receiver<bool>) {
    let acceptor = acceptor(issuer);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = tokio::sync::mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((mut plain, _)) = listener.accept().await {
            if !wrapped {
                if plain.write_all(b"220 post ESMTP\r\n").await.is_err() {
                    continue;
                }
                let Some((word, signed_in, stream)) = converse(plain, offers).await else { continue };
                if word == "QUIT" {
                    // Nobody may sign in before the way is closed to others.
                    assert!(!signed_in);
                    continue;
                }
                let Ok(secure) = acceptor.accept(stream).await else { continue };
                let ended = converse(secure, "AUTH PLAIN").await;
                let _ = tell.send(ended.is_some_and(|(_, signed_in, _)| signed_in)).await;
                continue;
            }
            let Ok(mut secure) = acceptor.accept(plain).await else { continue };
            if secure.write_all(b"220 post ESMTP\r\n").await.is_ok() {
                let ended = converse(secure, "AUTH PLAIN").await;
                let _ = tell.send(ended.is_some_and(|(_, signed_in, _)| signed_in)).await;
            }
        }
    });
    (port, told)
}

fn mailer(folder: &Path, issuer: &Issuer, port: u16, tls: NoticeTls) -> Mailer {
    let (root, password) = (folder.join("rod.pem"), folder.join("kode"));
    fs::write(&root, issuer.pem()).expect("written");
    fs::write(&password, "hemmelig").expect("written");
    let mut config = Config::defaults(folder).expect("the defaults").notices.mail;
    config.host = Some("localhost".into());
    config.port = port;
    config.tls = tls;
    config.user = Some("modtag".into());
    config.password_file = Some(password);
    config.from = Some("modtag@kommune.example".into());
    config.ca_file = Some(root);
    config.timeout = Duration::from_secs(10);
    Mailer::open(&config).expect("a mailer").expect("a server is named")
}

async fn send(mailer: &Mailer) -> Result<(), Setback> {
    mailer.send("id", "a@kommune.example", "Der er 1 nyt brev.".into(), Timestamp::UNIX_EPOCH).await
}

#[tokio::test]
async fn mail_goes_over_tls_from_the_start_or_after_asking_for_it() {
    let (folder, issuer) = (tempfile::tempdir().expect("a folder"), issuer());
    for (wrapped, tls) in [(true, NoticeTls::Tls), (false, NoticeTls::Starttls)] {
        let (port, mut told) = serve(&issuer, wrapped, "STARTTLS").await;
        assert!(send(&mailer(folder.path(), &issuer, port, tls)).await.is_ok(), "{tls:?}");
        assert_eq!(told.recv().await, Some(true), "signed in over TLS: {tls:?}");
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_server_without_tls_or_with_a_strangers_certificate() {
    let (folder, issuer) = (tempfile::tempdir().expect("a folder"), issuer());
    let (port, _told) = serve(&issuer, false, "8BITMIME").await;
    let without = send(&mailer(folder.path(), &issuer, port, NoticeTls::Starttls)).await;
    assert!(matches!(without, Err(Setback::Later(_))), "a server that offers none");
    for (wrapped, tls) in [(true, NoticeTls::Tls), (false, NoticeTls::Starttls)] {
        let (port, _told) = serve(&self::issuer(), wrapped, "STARTTLS").await;
        let stranger = send(&mailer(folder.path(), &issuer, port, tls)).await;
        assert!(matches!(stranger, Err(Setback::Later(_))), "{tls:?}");
    }
}
