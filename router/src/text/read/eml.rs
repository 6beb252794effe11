//! A mail: its subject and its text. Its attachments are not opened.

use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;
use super::html;

/// Puts the subject and text of a mail on the page.
pub(super) fn read(bytes: &[u8], page: &mut Page) -> Read {
    let Some(mail) = MessageParser::default().parse(bytes) else {
        return Err(Stop::Because(Remark::Damaged));
    };
    if let Some(subject) = mail.subject() {
        page.flow(subject)?;
        page.end_paragraph()?;
    }
    for part in mail.text_bodies() {
        match &part.body {
            PartType::Text(text) => page.put(&text.replace("\r\n", "\n"))?,
            PartType::Html(text) => html::read_text(text, page)?,
            _ => {}
        }
        page.end_paragraph()?;
    }
    let encrypted = mail.parts.iter().any(|part| {
        part.content_type().is_some_and(|kind| {
            let sub = kind.subtype().unwrap_or_default();
            sub.eq_ignore_ascii_case("pkcs7-mime")
                || sub.eq_ignore_ascii_case("x-pkcs7-mime")
                || sub.eq_ignore_ascii_case("encrypted")
        })
    });
    if encrypted { Err(Stop::Because(Remark::Encrypted)) } else { Ok(()) }
}
