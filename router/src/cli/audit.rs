//! `modtag audit`: verifies and exports the audit log.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Failure, house, operator};
use crate::audit::{self, EventKind, Options, Report, VerifierKey, export};
use crate::config::Config;
use crate::oversight::trail;
use crate::setup::House;

/// Events read at a time.
const PAGE: u32 = 2000;

#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Efterprøv, at intet er fjernet eller omskrevet. Nævner den første post, der ikke stemmer.
    Verify {
        /// Efterprøv en udlæsning i stedet for databasen; kræver hverken database, nøgler eller net.
        #[arg(long, value_name = "FIL")]
        export: Option<PathBuf>,
        /// Den offentlige nøgle, loggen skal være underskrevet med (vises af `modtag audit key`).
        #[arg(long, value_name = "NØGLE")]
        key: Option<String>,
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
    /// Udlæs hele loggen til en fil, der kan efterprøves uden modtags database.
    Export {
        /// Filen, der laves.
        #[arg(value_name = "FIL")]
        file: PathBuf,
    },
    /// Vis den offentlige nøgle, loggen underskrives med.
    Key,
}

impl Audit {
    pub(super) async fn run(
        self,
        config: impl FnOnce() -> Result<Config, Failure>,
    ) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Verify { export: Some(file), key, json } => {
                answer(&verify_export(&file, options(key)?)?, json)
            }
            Action::Verify { export: None, key, json } => {
                let house = house(config()?).await?;
                let report = verify_live(&house, key).await?;
                house.note(EventKind::Checked, operator()).await?;
                answer(&report, json)
            }
            Action::Export { file } => {
                let house = house(config()?).await?;
                let events = export_to(&house, &file).await?;
                println!(
                    "{events} hændelser er udlæst til {}. Offentlig nøgle: {}",
                    file.display(),
                    house.signer.verifier()
                );
                Ok(ExitCode::SUCCESS)
            }
            Action::Key => {
                println!("{}", house(config()?).await?.signer.verifier());
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn answer(report: &Report, json: bool) -> Result<ExitCode, Failure> {
    if json {
        super::print_json(report)?;
    } else {
        println!("{}", report.danish());
    }
    Ok(if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(key: Option<String>) -> Result<Options, Failure> {
    let keys: Result<Vec<VerifierKey>, _> = key.iter().map(|key| key.parse()).collect();
    let keys =
        keys.map_err(|_| Failure::Said("Nøglen kan ikke forstås. Den vises af `modtag audit key`.".into()))?;
    Ok(Options { keys, ..Options::default() })
}

fn verify_export(file: &PathBuf, options: Options) -> Result<Report, Failure> {
    let opened = File::open(file)
        .map_err(|error| Failure::Said(format!("{} kan ikke åbnes: {error}.", file.display())))?;
    audit::verify(BufReader::new(opened), options).map_err(|error| {
        Failure::Said(format!("{} kan ikke efterprøves: {}", file.display(), danish(&error)))
    })
}

fn danish(error: &audit::ExportError) -> String {
    match error {
        audit::ExportError::Io(error) => format!("den kan ikke læses ({error})."),
        audit::ExportError::NotAnExport => "den er ikke en udlæsning af revisionsloggen.".into(),
        audit::ExportError::Version(version) => {
            format!("den har formatudgave {version}, som dette program ikke kender. Brug et nyere program.")
        }
    }
}

/// Verifies the log in the database, with this public key or with the house's own.
pub async fn verify_live(house: &House, key: Option<String>) -> Result<Report, Failure> {
    let mut keys = options(key)?.keys;
    if keys.is_empty() {
        keys.push(house.signer.verifier().clone());
    }
    Ok(trail::verify(&house.room.store, keys).await?)
}

/// Signs the log and writes all of it to a new file. Returns the number of events.
pub async fn export_to(house: &House, file: &PathBuf) -> Result<u64, Failure> {
    let io = |error: std::io::Error| Failure::Said(format!("{} kan ikke skrives: {error}.", file.display()));
    house.note(EventKind::Exported, operator()).await?;
    house.sign().await?;
    let store = &house.room.store;
    let header = export::Header {
        authority: store.authority().to_owned(),
        origin: house.signer.name().to_owned(),
        keys: vec![house.signer.verifier().clone()],
        made_at: house.room.clock.now(),
    };
    let made = File::options().write(true).create_new(true).open(file).map_err(io)?;
    let mut writer = export::Writer::new(BufWriter::new(made), &header).map_err(io)?;
    let checkpoints = store.audit_checkpoints().await?;
    let end = checkpoints.last().map_or(0, |checkpoint| checkpoint.size);
    let mut checkpoints = checkpoints.into_iter().peekable();
    let mut from = 0;
    while from < end {
        let page = store.audit_page(from, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for event in page.iter().filter(|event| event.seq < end) {
            writer.event(event).map_err(io)?;
            while let Some(checkpoint) = checkpoints.next_if(|checkpoint| checkpoint.size <= event.seq + 1) {
                writer.checkpoint(&checkpoint).map_err(io)?;
            }
        }
        from = page.last().map_or(end, |event| event.seq + 1);
    }
    let made = writer.finish().map_err(io)?.into_inner().map_err(|error| io(error.into_error()))?;
    made.sync_all().map_err(io)?;
    Ok(end)
}
