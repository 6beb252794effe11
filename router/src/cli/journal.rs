//! `modtag journal`: what the built-in journal must know before mail comes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use esdh::{Case, CaseNumber, Party, PartyId};
use serde::Deserialize;

use super::{Failure, house, operator};
use crate::audit::EventKind;
use crate::config::Config;
use crate::room::PostRoom;
use crate::setup::protected_numbers;
use crate::store::cases::KnownCase;
use crate::store::known::SentLetter;

#[derive(Args)]
pub(super) struct JournalCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Indlæs sager, afsendte breve og beskyttede personer fra en TOML-fil. Det, der kendes i forvejen, røres ikke.
    Import {
        /// Filen; formen er beskrevet i README.
        #[arg(value_name = "FIL")]
        file: PathBuf,
    },
}

impl JournalCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let Action::Import { file } = self.action;
        let house = house(config).await?;
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Failure::Said(format!("{} kan ikke læses: {error}.", file.display())))?;
        let imported = import(&house.room, &file, &text).await?;
        house.note(EventKind::Checked, operator()).await?;
        println!("{} nye sager, {} afsendte breve.", imported.cases, imported.letters);
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// How much was imported.
pub struct Imported {
    /// Cases that were not known before.
    pub cases: u64,
    /// Letters sent, known before or not.
    pub letters: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    #[serde(default, rename = "case")]
    cases: Vec<CaseEntry>,
    #[serde(default, rename = "sent-letter")]
    letters: Vec<LetterEntry>,
    #[serde(default)]
    protected: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    number: String,
    title: String,
    kle: Option<String>,
    facet: Option<String>,
    unit: Option<String>,
    handler: Option<String>,
    #[serde(default = "yes")]
    open: bool,
    successor: Option<String>,
    #[serde(default)]
    sensitivity: Scale,
    #[serde(default, rename = "party")]
    parties: Vec<PartyEntry>,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scale {
    Open,
    #[default]
    Confidential,
    Sensitive,
    Protected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyEntry {
    cpr: Option<String>,
    cvr: Option<String>,
    name: String,
    #[serde(default)]
    primary: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LetterEntry {
    message_uuid: uuid::Uuid,
    message_id: Option<String>,
    case: String,
}

/// Imports cases, letters sent and protected persons from a text.
pub async fn import(room: &PostRoom, file: &Path, text: &str) -> Result<Imported, Failure> {
    let known: Known =
        toml::from_str(text).map_err(|error| Failure::Said(format!("{}: {error}", file.display())))?;
    let cases: Result<Vec<KnownCase>, String> = known.cases.into_iter().map(case).collect();
    let cases = cases.map_err(|why| Failure::Said(format!("{}: {why}", file.display())))?;
    let letters: Vec<SentLetter> = known
        .letters
        .into_iter()
        .map(|letter| SentLetter {
            message_uuid: letter.message_uuid.to_string(),
            message_id: letter.message_id,
            case_number: letter.case,
        })
        .collect();
    let now = room.clock.now();
    let new = room.store.import_cases(&cases, &room.entropy, now).await?;
    room.store.remember_sent(&letters, now).await?;
    if !known.protected.is_empty() {
        room.store.protect(&protected_numbers(&known.protected.join("\n")), now).await?;
    }
    Ok(Imported { cases: new, letters: letters.len() })
}

fn case(entry: CaseEntry) -> Result<KnownCase, String> {
    let number = &entry.number;
    let parse_subject =
        |text: &String| text.parse().map_err(|_| format!("sag {number}: \"{text}\" er ikke et KLE-nummer"));
    let parse_facet = |text: &String| {
        text.parse().map_err(|_| format!("sag {number}: \"{text}\" er ikke en handlingsfacet"))
    };
    let subject = entry.kle.as_ref().map(parse_subject).transpose()?;
    let facet = entry.facet.as_ref().map(parse_facet).transpose()?;
    let parties: Result<Vec<Party>, String> = entry
        .parties
        .into_iter()
        .map(|party| match (party.cpr, party.cvr) {
            (Some(cpr), None) => {
                Ok(Party { id: PartyId::Cpr(digits(&cpr)), name: party.name, primary: party.primary })
            }
            (None, Some(cvr)) => {
                Ok(Party { id: PartyId::Cvr(digits(&cvr)), name: party.name, primary: party.primary })
            }
            _ => Err(format!("sag {number}: en part skal have enten cpr eller cvr")),
        })
        .collect();
    Ok(KnownCase {
        sensitivity: match entry.sensitivity {
            Scale::Open => esdh::Sensitivity::Open,
            Scale::Confidential => esdh::Sensitivity::Confidential,
            Scale::Sensitive => esdh::Sensitivity::Sensitive,
            Scale::Protected => esdh::Sensitivity::Protected,
        },
        case: Case {
            parties: parties?,
            number: CaseNumber(entry.number),
            title: entry.title,
            open: entry.open,
            successor: entry.successor.map(CaseNumber),
            subject,
            facet,
            unit: entry.unit,
            handler: entry.handler,
        },
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
