//! Mail: a notice as an e-mail, handed to the authority's own mail server.
//!
//! The `Message-ID` is made of the notice's id, so that a mail that was sent twice, because the server's yes never reached us,
//! is known as one. What a server says is never logged: it repeats addresses.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::Setback;
use crate::config::{NoticeMail, NoticeTls};

/// The way to the mail server.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    timeout: Duration,
}

impl Mailer {
    /// The way of this configuration; `None` where there is none. Calls nobody.
    pub(super) fn open(config: &NoticeMail) -> Result<Option<Self>, String> {
        let Some(host) = &config.host else { return Ok(None) };
        let from = config.from.as_deref().unwrap_or_default().parse::<Address>();
        let from = from.map_err(|_| "notices.mail.from er ikke en e-mailadresse.".to_owned())?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port)
            .timeout(Some(config.timeout))
            .hello_name(ClientId::Domain(from.domain().to_owned()))
            .tls(match config.tls {
                NoticeTls::None => Tls::None,
                NoticeTls::Starttls => Tls::Required(trusting(host, config.ca_file.as_deref())?),
                NoticeTls::Tls => Tls::Wrapper(trusting(host, config.ca_file.as_deref())?),
            });
        if let Some(user) = &config.user {
            let password = config.password().read().map_err(|error| error.danish())?;
            let password = password.ok_or("notices.mail.password_file er ikke sat.")?;
            builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Some(Self { transport: builder.build(), from, timeout: config.timeout }))
    }

    /// Sends a mail. Send the same under the same id again after [`Setback::Later`]: the server may well have it already.
    pub(super) async fn send(&self, id: &str, to: &str, text: String, now: Timestamp) -> Result<(), Setback> {
        let to: Address = to.parse().map_err(|_| Setback::Never("adressen kan ikke bruges"))?;
        let header = |name: &'static str, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let message = Message::builder()
            .from(Mailbox::new(Some("modtag".to_owned()), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject("Ny post i modtag")
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{id}@{}>", self.from.domain())))
            // RFC 3834: no machine answers this one.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|_| Setback::Never("e-mailen kan ikke skrives"))?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(setback(&error)),
            Err(_) => Err(Setback::Later("mailserveren svarede ikke i tide")),
        }
    }
}

/// What an answer means. A server that refuses this very address will go on doing so; every other refusal may be mended by
/// somebody within the day.
fn setback(error: &lettre::transport::smtp::Error) -> Setback {
    let code = error.status().map(|code| code.to_string());
    match code.as_deref() {
        Some("550" | "551" | "553") => Setback::Never("mailserveren kender ikke adressen"),
        Some(_) if error.is_permanent() => Setback::Later("mailserveren afviser e-mailen"),
        Some(_) => Setback::Later("mailserveren beder om at vente"),
        None if error.is_tls() => Setback::Later("forbindelsen til mailserveren kan ikke krypteres"),
        None if error.is_timeout() => Setback::Later("mailserveren svarede ikke i tide"),
        None => Setback::Later("forbindelsen til mailserveren blev afbrudt"),
    }
}

/// TLS with this server; the machine's roots, or these alone.
fn trusting(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, String> {
    let unusable =
        |_| "notices.mail: TLS kan ikke sættes op: har maskinen rodcertifikater (eller ca_file)?".to_owned();
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = ca_file {
        let pem =
            std::fs::read(file).map_err(|error| format!("{} kan ikke læses: {error}.", file.display()))?;
        let root = Certificate::from_pem(&pem)
            .map_err(|_| format!("notices.mail.ca_file: {} har intet certifikat i PEM.", file.display()))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(root);
    }
    builder.build().map_err(unusable)
}

/// Shown without server and addresses.
impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
