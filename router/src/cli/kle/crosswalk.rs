//! `modtag kle crosswalk`: a table from another list to KLE, written as a file of the policy.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::super::Failure;
use super::read_file;
use crate::clock::{Clock, SystemClock, danish_day};
use crate::config::Config;
use crate::subject_plan::at_hand;
use crate::subject_plan::crosswalk::{HEAD, Provenance, written};

#[derive(Args)]
pub(super) struct ToPolicy {
    /// Tabellen: CSV, TSV eller .xlsx med en kolonne af koder og en, der hedder KLE.
    #[arg(value_name = "FIL")]
    file: PathBuf,
    /// Listens navn: FORM, eller det navn, afsenderne skriver i AdditionalContentData.
    #[arg(long, value_name = "NAVN", default_value = "FORM")]
    list: String,
    /// Hvor tabellen er fundet; skrives ved hver række.
    #[arg(long, value_name = "KILDE")]
    source: String,
    /// Politikfilen, der skal skrives; ellers på skærmen. Nævn den i policy.files.
    #[arg(long, value_name = "FIL")]
    out: Option<PathBuf>,
}

impl ToPolicy {
    pub(super) async fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        crate::web::logging::start(&config.log);
        let file = read_file(&self.file)?;
        let plan = at_hand(config).await?;
        let of = Provenance { list: &self.list, source: &self.source, day: danish_day(SystemClock.now()) };
        let made = written(&file, &of, plan.as_ref())
            .map_err(|why| Failure::Said(format!("{}: {why}. Intet er skrevet.", file.name)))?;
        for remark in &made.remarks {
            eprintln!("{remark}.");
        }
        let told = format!(
            "{} koder fører til KLE, {} gør ikke; {} bemærkninger.",
            made.rows,
            made.without,
            made.remarks.len()
        );
        match &self.out {
            Some(out) => {
                put(out, &made.text)?;
                println!("{told} {} er skrevet; nævn den i policy.files.", out.display());
            }
            None => {
                print!("{}", made.text);
                eprintln!("{told}");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the file whole or not at all; only over one that was written here.
fn put(out: &Path, text: &str) -> Result<(), Failure> {
    let unwritable =
        |error: std::io::Error| Failure::Said(format!("{} kan ikke skrives: {error}.", out.display()));
    match std::fs::read_to_string(out) {
        Ok(there) if !there.starts_with(HEAD) => {
            return Err(Failure::Said(format!(
                "{} er ikke skrevet af modtag kle crosswalk og bliver ikke overskrevet. Vælg et andet navn.",
                out.display()
            )));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(error)),
        _ => {}
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(unwritable)?;
    file.persist(out).map_err(|error| unwritable(error.error))?;
    Ok(())
}
