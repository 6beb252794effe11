//! `modtag demo`: an invented municipality and its mail, to see what modtag does. Needs nothing installed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use include_dir::{Dir, include_dir};

use super::desk;
use super::ingest::{lines, take_all};
use super::serve::{run_until, stop_signal};
use super::{Failure, journal};
use crate::config::Config;
use crate::setup::{self, PolicyFiles, World};
use crate::store::message::Stage;
use crate::web::{self, Recorder};

static DEMO: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/demo");

#[derive(Args)]
pub(super) struct Demo {
    /// Stop, når eksempelposten er fordelt; ellers vises skrivebordene på 127.0.0.1:8080.
    #[arg(long)]
    once: bool,
    /// Mappe til demoens data; ellers en midlertidig, der slettes bagefter.
    #[arg(long, value_name = "MAPPE")]
    folder: Option<PathBuf>,
    /// Adresse og port til skrivebordene; kun denne maskine selv.
    #[arg(long, value_name = "ADRESSE", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

impl Demo {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        if !self.listen.ip().is_loopback() {
            let said = format!(
                "Demoen kan ikke lytte på {}: der logges ind uden adgangskode. Brug 127.0.0.1.",
                self.listen
            );
            return Err(Failure::Said(said));
        }
        let temporary = tempfile::tempdir()
            .map_err(|error| Failure::Said(format!("Ingen midlertidig mappe: {error}.")))?;
        let folder = self.folder.clone().unwrap_or_else(|| temporary.path().join("modtag-demo"));
        let files = policy_files();
        let (cvr, name) = authority(&files)?;
        let mut config = Config::demo(&folder, &cvr, &name)?;
        config.server.listen = self.listen;
        config.log.level = "warn".into();
        web::logging::start(&config.log);
        let recorder = Recorder::install()
            .map_err(|error| Failure::Said(format!("Målinger kan ikke startes: {error}.")))?;
        let house = setup::open_with(config, World::system(), files).await?;
        if let Some(cases) = DEMO.get_file("cases.toml").and_then(include_dir::File::contents_utf8) {
            journal::import(&house.room, Path::new("cases.toml"), cases).await?;
        }
        println!("{name} er opdigtet, og det er posten også. Sådan gik det med hver meddelelse:\n");
        let mail = temporary.path().join("post");
        let mail = unpack(&mail)?;
        // One at a time: the letters come in the order of their names, and of two alike the first is the letter.
        let reports = take_all(&house.room, mail, 1, false, true).await?;
        let (lines, refused) = lines(&house.room, reports).await?;
        let mut stages = std::collections::BTreeMap::new();
        for line in &lines {
            let short = Path::new(line.file())
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            println!("{}", line.danish().replace(line.file(), &short));
            if let Some(why) = line.why() {
                println!("    {why}");
            }
            if let Some(story) = line.story().filter(|story| story.outcome == "nothing-applies") {
                for line in desk::shown(&house.room, story).await? {
                    println!("    {line}");
                }
            }
            if let Some(story) = line.story().filter(|_| !line.is_duplicate()) {
                *stages.entry(story.stage.clone()).or_insert(0) += 1;
            }
        }
        house.sign().await?;
        println!();
        for (stage, n) in &stages {
            println!("{n:>4}  {}", Stage::parse(stage).map_or("ukendt", Stage::danish));
        }
        let (entries, _) = house.room.store.entry_counts().await?;
        println!("{entries:>4}  journalposter i den indbyggede journal");
        let report = super::audit::verify_live(&house, None).await?;
        println!("\n{}", report.danish());
        if self.once {
            house.room.store.close().await;
            return Ok(if refused == 0 && report.is_intact() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        println!("\nSkrivebordene er på http://{}/  (Ctrl-C stopper)", self.listen);
        run_until(Arc::new(house), recorder, stop_signal()).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The invented municipality's policy files.
pub fn policy_files() -> PolicyFiles {
    let folder = DEMO.get_dir("policy");
    let mut files: PolicyFiles = folder
        .into_iter()
        .flat_map(Dir::files)
        .filter_map(|file| {
            let name = file.path().file_name()?.to_string_lossy().into_owned();
            Some((name, file.contents_utf8()?.to_owned()))
        })
        .collect();
    files.sort();
    files
}

fn authority(files: &PolicyFiles) -> Result<(String, String), Failure> {
    let missing = || Failure::Said("Demoens politikfiler siger ikke, hvem myndigheden er.".into());
    for (_, text) in files {
        let table: toml::Table = toml::from_str(text).map_err(|_| missing())?;
        if let Some(authority) = table.get("authority").and_then(toml::Value::as_table) {
            let text = |key| authority.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            return Ok((text("cvr").ok_or_else(missing)?, text("name").ok_or_else(missing)?));
        }
    }
    Err(missing())
}

fn unpack(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let said =
        |error: std::io::Error| Failure::Said(format!("Eksempelposten kan ikke lægges frem: {error}."));
    std::fs::create_dir_all(folder).map_err(said)?;
    let mut paths = Vec::new();
    for file in DEMO.get_dir("mail").into_iter().flat_map(Dir::files) {
        let path = folder.join(file.path().file_name().unwrap_or_default());
        if crate::intake::files::is_mail(&path) {
            std::fs::write(&path, file.contents()).map_err(said)?;
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
