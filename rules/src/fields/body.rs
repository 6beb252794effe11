//! Fields of the documents, and our own: all documents together, their number, the text.

use memo::{Action, Body, Document, File};

use super::{Field, Visit, shown, table, text};
use crate::Facts;

fn body(facts: &Facts) -> Option<&Body> {
    facts.message.body.as_ref()
}

fn main(facts: &Facts) -> Option<&[Document]> {
    body(facts)?.main_document.as_ref().map(std::slice::from_ref)
}

fn additional(facts: &Facts) -> Option<&[Document]> {
    body(facts).map(|body| body.additional_documents.as_slice())
}

fn technical(facts: &Facts) -> Option<&[Document]> {
    body(facts).map(|body| body.technical_documents.as_slice())
}

/// Main, additional and technical documents, in that order.
fn documents(facts: &Facts) -> Option<Vec<&Document>> {
    Some([main(facts), additional(facts), technical(facts)].into_iter().flatten().flatten().collect())
}

fn any_file<'a>(
    documents: impl IntoIterator<Item = &'a Document>,
    read: impl FnMut(&'a File) -> bool,
) -> bool {
    documents.into_iter().flat_map(|document| &document.files).any(read)
}

fn any_action<'a>(documents: &'a [Document], read: impl FnMut(&'a Action) -> bool) -> bool {
    documents.iter().flat_map(|document| &document.actions).any(read)
}

/// What follows the last full stop of a file name, in lower case: the extension as a rule writes it.
fn extension(file: &File, visit: Visit<'_>) -> bool {
    file.filename.rsplit_once('.').is_some_and(|(_, extension)| visit(&extension.trim().to_lowercase()))
}

pub(super) const CREATED: &[Field] =
    table!("MessageBody.", body, { "createdDateTime" => |b, v| shown(b.created, v) });

macro_rules! document {
    ($prefix:literal, $id:literal, $owner:path) => {
        table!($prefix, $owner, {
            $id => |all, v| all.iter().any(|d| text(&d.id, v)),
            "label" => |all, v| all.iter().any(|d| text(&d.label, v)),
            "File.encodingFormat" => |all, v| any_file(all, |f| text(&f.encoding_format, v)),
            "File.filename" => |all, v| any_file(all, |f| text(&f.filename, v)),
            "File.language" => |all, v| any_file(all, |f| text(&f.language, v)),
        })
    };
}

macro_rules! actions {
    ($prefix:literal, $owner:path) => {
        table!($prefix, $owner, {
            "Action.label" => |all, v| any_action(all, |a| text(&a.label, v)),
            "Action.actionCode" => |all, v| any_action(all, |a| text(&a.action_code, v)),
            "Action.startDateTime" => |all, v| any_action(all, |a| shown(a.start, v)),
            "Action.endDateTime" => |all, v| any_action(all, |a| shown(a.end, v)),
            "Action.Reservation.description" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| text(&r.description, v)))
            },
            "Action.Reservation.reservationUUID" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| shown(r.reservation_uuid, v)))
            },
            "Action.Reservation.abstract" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| text(&r.summary, v)))
            },
            "Action.Reservation.location" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| text(&r.location, v)))
            },
            "Action.Reservation.startDateTime" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| shown(r.start, v)))
            },
            "Action.Reservation.endDateTime" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| shown(r.end, v)))
            },
            "Action.Reservation.organizerMail" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| text(&r.organizer_mail, v)))
            },
            "Action.Reservation.organizerName" => |all, v| {
                any_action(all, |a| a.reservation.as_ref().is_some_and(|r| text(&r.organizer_name, v)))
            },
            "Action.EntryPoint.url" => |all, v| any_action(all, |a| text(&a.entry_point, v)),
        })
    };
}

pub(super) const MAIN: &[Field] = document!("MessageBody.MainDocument.", "mainDocumentID", main);
pub(super) const ADDITIONAL: &[Field] =
    document!("MessageBody.AdditionalDocument.", "additionalDocumentID", additional);
pub(super) const MAIN_ACTIONS: &[Field] = actions!("MessageBody.MainDocument.", main);
pub(super) const ADDITIONAL_ACTIONS: &[Field] = actions!("MessageBody.AdditionalDocument.", additional);
pub(super) const TECHNICAL: &[Field] =
    document!("MessageBody.TechnicalDocument.", "technicalDocumentID", technical);

pub(super) const DOCUMENT: &[Field] = table!("Document.", documents, {
    "label" => |all, v| all.iter().any(|d| text(&d.label, v)),
    "encodingFormat" => |all, v| any_file(all, |f| text(&f.encoding_format, v)),
    "filename" => |all, v| any_file(all, |f| text(&f.filename, v)),
    "extension" => |all, v| any_file(all, |f| extension(f, v)),
    "language" => |all, v| any_file(all, |f| text(&f.language, v)),
    "size" => |all, v| any_file(all, |f| v(&f.size.to_string())),
    "count" => |all, v| v(&all.len().to_string()),
});

pub(super) const OWN: &[Field] = &[Field { path: "text", read: |facts, v| text(&facts.text, v) }];
