//! Kontaktstruktur: the authority's contact points in Digital Post and the KLE numbers on them
//! (`spec/digital-post-interfaces.md` §9).
//!
//! Contact points that are hidden or out of use are read too: a letter may still carry their id.

use std::collections::BTreeSet;

use kle::{Normalised, Subject, normalise};
use serde::Deserialize;
use uuid::Uuid;

use super::super::door::Clean;
use super::super::snapshot::{ContactPoint, Reading};
use super::SourceError;
use super::http::{Caller, Desk, Issuer, Pass, Question};
use crate::config::Config;
use crate::digital_post::connect;

const SYSTEM: &str = "Digital Posts kontaktstruktur";

/// A page, as lists of this interface are: numbered from zero.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    content: Vec<Point>,
    #[serde(default)]
    total_pages: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Point {
    id: Clean,
    #[serde(default)]
    name: Option<Clean>,
    #[serde(default)]
    contact_point_codes: Option<Vec<Code>>,
}

#[derive(Deserialize)]
struct Code {
    #[serde(rename = "type")]
    kind: Clean,
    #[serde(default)]
    code: Option<Clean>,
}

/// The client carries certificate and token itself.
struct Carried;

impl Issuer for Carried {
    async fn issue(&self, _desk: &Desk, _budget: &mut u64) -> Result<Pass, SourceError> {
        Ok(Pass::Carried)
    }
}

pub(super) async fn read(config: &Config, organisation: Uuid) -> Result<Reading, SourceError> {
    let base_url =
        config.digital_post.base_url.as_deref().ok_or(SourceError::NotSet("digital_post.base_url"))?;
    let client = connect(&config.digital_post, base_url)
        .map_err(|source| SourceError::Setup { system: SYSTEM, source })?;
    let service = &config.organisation.service;
    let desk = Desk { system: SYSTEM, client };
    let mut caller = Caller::new(desk, base_url, Carried, service.max_bytes);
    let path = format!("/organisations/{organisation}/contact-points/");
    let (mut reading, mut page) = (Reading::default(), 0);
    loop {
        let mut pages = page;
        caller.count_page(&mut pages)?;
        let size = service.page_size;
        let query =
            [("page", page.to_string()), ("size", size.to_string()), ("visibility", "ALL".to_owned())];
        let answer: Page = caller.ask(&Question { path: &path, query: &query, body: None }).await?;
        let came = answer.content.len();
        for point in answer.content {
            add(point, caller.desk(), &mut reading)?;
        }
        page += 1;
        // A page may be smaller than asked for, so its size alone does not say that it is the last.
        let last = answer.total_pages.map_or(came == 0, |total| page >= total);
        if last {
            return Ok(reading);
        }
    }
}

fn add(point: Point, desk: &Desk, reading: &mut Reading) -> Result<(), SourceError> {
    let id = point.id.identity().ok_or_else(|| desk.garbage("et kontaktpunkt mangler id"))?;
    let name = point.name.as_ref().map(Clean::as_str).unwrap_or_default();
    let codes = point.contact_point_codes.into_iter().flatten();
    let (mut subjects, mut facet) = (BTreeSet::<Subject>::new(), None);
    for code in codes.filter(|code| code.kind.as_str() == "KLE").filter_map(|code| code.code) {
        match normalise(code.as_str(), None) {
            Normalised { subject: Some(subject), facet: glued, .. } => {
                subjects.insert(subject);
                facet = facet.or(glued);
            }
            _ => reading
                .remarks
                .push(format!("kontaktpunktet {name} ({id}) har en KLE-kode, der ikke kan læses")),
        }
    }
    let new =
        ContactPoint { name: name.to_owned(), subjects: subjects.into_iter().collect(), facet, unit: None };
    match reading.snapshot.contact_points.insert(id.to_lowercase(), new) {
        Some(_) => Err(desk.garbage(format!("kontaktpunktet {id} står på to sider; prøv igen"))),
        None => Ok(()),
    }
}
