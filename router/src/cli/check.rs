//! `modtag check`: how everything is doing, in plain Danish; non-zero when not fit to run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::{Failure, load, print_json};
use crate::clock::{Clock, SystemClock, danish_day};
use crate::config::Config;
use crate::organisation;
use crate::own_model::{Model, OwnModelError};
use crate::setup::{self, World};
use crate::store::StoreError;
use crate::store::effect::EffectKind;
use crate::story::danish_time;
use crate::subject_plan;
use crate::text::{Extractor, Landlock, Locks, Tesseract};

#[derive(Args)]
pub(super) struct Check {
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Found {
    /// What was looked at.
    what: &'static str,
    /// `ok`, `advarsel`, `fejl`.
    state: &'static str,
    /// What was seen, and what to do.
    text: String,
}

/// Least room on the disk that is called enough: ten of the largest messages.
const ROOM: u64 = 10 * 150_000_000;

impl Check {
    pub(super) async fn run(self, file: Option<PathBuf>) -> Result<ExitCode, Failure> {
        let config = match load(file) {
            Ok(config) => config,
            Err(failure @ Failure::Config(_)) => {
                let found = vec![Found { what: "konfiguration", state: "fejl", text: failure.to_string() }];
                let unfit = failure.exit_code();
                return self.answer(&found).map(|_| unfit);
            }
            Err(failure) => return Err(failure),
        };
        let found = look(config).await;
        self.answer(&found)
    }

    fn answer(&self, found: &[Found]) -> Result<ExitCode, Failure> {
        let fit = found.iter().all(|found| found.state != "fejl");
        if self.json {
            print_json(&found)?;
        } else {
            for one in found {
                println!("{:<9} {:<14} {}", one.state, one.what, one.text);
            }
            println!(
                "\n{}",
                if fit {
                    "modtag er parat."
                } else {
                    "modtag er IKKE parat. Ret fejlene ovenfor, og prøv igen."
                }
            );
        }
        Ok(if fit { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn look(config: Config) -> Vec<Found> {
    let mut found = Vec::new();
    let findings = config.check();
    let broken = findings.iter().any(crate::config::Finding::is_error);
    for finding in &findings {
        let state = if finding.is_error() { "fejl" } else { "advarsel" };
        found.push(Found { what: "konfiguration", state, text: finding.to_string() });
    }
    if !broken {
        let from = config.file().map_or("standardværdierne".to_owned(), |file| file.display().to_string());
        found.push(Found { what: "konfiguration", state: "ok", text: format!("læst fra {from}") });
    }
    found.push(disk(&config));
    found.push(documents(&config).await);
    found.push(recognition(&config));
    if config.authority.cvr.is_none() {
        return found;
    }
    let from = config.clone();
    // Looking must not put changed files in force.
    let mut as_it_stands = config;
    as_it_stands.policy.keep_edition = true;
    match setup::open(as_it_stands, World::system()).await {
        Ok(house) => {
            look_inside(&house, &mut found).await;
            found.extend(other_files(&house));
        }
        Err(error) => found.push(Found { what: what_of(&error), state: "fejl", text: error.to_string() }),
    }
    found.extend(at_work(&from));
    if from.digital_post.base_url.is_none() {
        let text = "Digital Post er ikke sat op; kvitteringer noteres, men sendes ikke".to_owned();
        found.push(Found { what: "kvitteringer", state: "advarsel", text });
    }
    found
}

/// How safely documents are read: a child is started and says what it took from itself.
async fn documents(config: &Config) -> Found {
    let (state, text) = match Extractor::new(&config.text).locks().await {
        Some(Locks { landlock: Landlock::Full }) => {
            ("ok", "læses i en proces, som kernen (Landlock) spærrer fra filer, netværk og andre programmer")
        }
        Some(Locks { landlock: Landlock::Partly }) => (
            "ok",
            "læses i en proces, som kernen (Landlock, en ældre udgave) spærrer fra filer; netværk er spærret, fordi den \
             intet kan åbne",
        ),
        Some(Locks { landlock: Landlock::Missing }) => (
            "ok",
            "læses i en proces, som intet kan åbne; kernen har ikke Landlock, der ellers spærrer en gang til",
        ),
        None => (
            "advarsel",
            "kan ikke læses: processen til det kan ikke startes; post uden mærker får færre forslag",
        ),
    };
    Found { what: "dokumenter", state, text: text.to_owned() }
}

/// Character recognition of pictures.
fn recognition(config: &Config) -> Found {
    let installed = Tesseract::installed();
    let (state, text) = match (config.text.ocr, installed) {
        (true, None) => {
            ("advarsel", "text.ocr er slået til, men tesseract er ikke installeret; billeder læses ikke")
        }
        (true, Some(Tesseract { danish: false, .. })) => {
            ("advarsel", "tesseract mangler dansk (Debian: tesseract-ocr-dan); billeder læses som engelsk")
        }
        (true, Some(_)) => ("ok", "billeder læses af tesseract, på dansk"),
        (false, Some(Tesseract { danish: true, .. })) => {
            ("ok", "slået fra; tesseract med dansk er installeret og kan bruges (text.ocr)")
        }
        (false, Some(_)) => ("ok", "slået fra; tesseract er installeret, men uden dansk"),
        (false, None) => ("ok", "slået fra; tesseract er ikke installeret"),
    };
    Found { what: "billeder", state, text: text.to_owned() }
}

/// Who is at work, where a source tells it.
fn at_work(config: &Config) -> Option<Found> {
    let (state, text) = match organisation::last_snapshot(config) {
        Ok(None) => return None,
        Ok(Some(snapshot)) => {
            let day = danish_day(SystemClock.now());
            let away = snapshot.people.values().filter(|person| !person.is_there(day)).count();
            ("ok", format!("{} medarbejdere, {away} af dem fraværende eller fratrådt", snapshot.people.len()))
        }
        Err(error) => {
            let means =
                "Imens går post til fraværende ikke til deres stedfortrædere, når modtag serve startes";
            ("fejl", format!("{} {means}", error.danish()))
        }
    };
    Some(Found { what: "fravær", state, text })
}

/// Files that say other than the edition in force: with faults, or changed.
fn other_files(house: &setup::House) -> Option<Found> {
    let config = &house.config;
    let loaded = setup::policy_files(config).and_then(|files| setup::load_policy(config, &files));
    let (state, text) = match loaded {
        Err(fault) => ("fejl", format!("{fault}\nDen udgave, der er i kraft, gælder imens")),
        Ok(policy) if policy.edition() == house.room.policy().edition() => return None,
        Ok(_) if config.policy.four_eyes => (
            "advarsel",
            "politikfilerne er ændret, men ikke sat i kraft; se modtag rules propose og activate".to_owned(),
        ),
        Ok(_) => {
            ("advarsel", "politikfilerne er ændret; de får virkning, når serve startes næste gang".to_owned())
        }
    };
    Some(Found { what: "regler", state, text })
}

fn what_of(error: &setup::SetupError) -> &'static str {
    use setup::SetupError as E;
    match error {
        E::Said(_) => "opsætning",
        E::Keys(_) => "nøgler",
        E::Content(_) => "indhold",
        E::Store(_) => "database",
        E::Policy(_) => "regler",
    }
}

async fn look_inside(house: &setup::House, found: &mut Vec<Found>) {
    let room = &house.room;
    let mut say =
        |what: &'static str, state: &'static str, text: String| found.push(Found { what, state, text });
    say("nøgler", "ok", format!("nøglefilen {} passer til databasen", house.config.keys.file.display()));
    match (room.store.ping().await, room.store.counts().await) {
        (Ok(()), Ok(counts)) => {
            let messages: u64 = counts.iter().map(|(_, _, n)| n).sum();
            say("database", "ok", format!("svarer; {messages} meddelelser"));
        }
        (Err(error), _) | (_, Err(error)) => say("database", "fejl", error.danish()),
    }
    let entropy = room.entropy.clone();
    match room.content.probe(&mut |bytes| entropy.fill(bytes)).await {
        Ok(()) => say("indhold", "ok", "indholdslageret kan skrives og læses".into()),
        Err(error) => say("indhold", "fejl", error.danish().to_owned()),
    }
    let policy = room.policy();
    let units = policy.units().count();
    if units == 0 {
        say(
            "regler",
            "advarsel",
            "der er ingen enheder; alt vil vente på en postfordeler (sæt policy.files)".into(),
        );
    } else {
        say(
            "regler",
            "ok",
            format!("udgave {}: {units} enheder, {} regler", policy.edition(), policy.rules().len()),
        );
    }
    match subject_plan::in_force(&room.store).await {
        Ok(Some(plan)) => say("emneplan", "ok", format!("{}, gælder fra {}", plan.danish(), plan.dated)),
        Ok(None) => say("emneplan", "ok", "ingen er indlæst; KLE-mærker læses uden opslag".into()),
        Err(error) => say("emneplan", "fejl", error.to_string()),
    }
    let passing = policy.allowed_unseen().filter(|allowed| allowed.pass_on).count();
    let unmarked = match passing {
        0 => "umærket post venter på en postfordeler".to_owned(),
        1 => "1 enhed har tilladt, at umærkede breve sendes videre uset".to_owned(),
        units => format!("{units} enheder har tilladt, at umærkede breve sendes videre uset"),
    };
    say("model", "ok", format!("{}; {unmarked}", room.suggest.edition()));
    if let Some((state, text)) = own_model(house).await {
        say("model", state, text);
    }
    match room.store.stopped_units().await {
        Ok(stopped) => {
            for row in stopped {
                let text = format!(
                    "enheden {} får kun forslag siden {}: {}. Se modtag classifier units, og lad den fortsætte med \
                     modtag classifier resume",
                    row.unit,
                    danish_time(row.stopped_at()),
                    row.why
                );
                say("model", "advarsel", text);
            }
        }
        Err(error) => say("model", "fejl", error.danish()),
    }
    match room.journal.port().health().await {
        Ok(()) => say("ESDH", "ok", format!("{} svarer", room.journal.port().name())),
        Err(fault) => say("ESDH", "fejl", format!("{} svarer ikke: {fault}", room.journal.port().name())),
    }
    let failed = async {
        let open = room.store.effect_counts().await?;
        let is_failed = |of: &str, is: &str| of == EffectKind::Webhook.as_str() && is == "failed";
        Ok::<u64, StoreError>(open.iter().filter(|(of, is, _)| is_failed(of, is)).map(|(_, _, n)| n).sum())
    };
    match (failed.await, room.webhooks.len()) {
        (Err(error), _) => say("webhooks", "fejl", error.danish()),
        (Ok(0), 0) => {}
        (Ok(0), targets) => say("webhooks", "ok", format!("{targets} kan kaldes; ingen kald er opgivet")),
        (Ok(failed), _) => {
            let text =
                format!("{failed} kald er opgivet; se modtag list --failed, og prøv igen med modtag retry");
            say("webhooks", "advarsel", text)
        }
    }
    let now = room.clock.now();
    let late = now.saturating_sub(house.config.alarms.unjournaled).unwrap_or(now);
    match room.store.unsettled(late).await {
        Ok((_, 0)) => say("post", "ok", "ingen meddelelser har ventet for længe".into()),
        Ok((_, n)) => say(
            "post",
            "advarsel",
            format!("{n} meddelelser har ventet længere end alarms.unjournaled_hours"),
        ),
        Err(error) => say("post", "fejl", error.danish()),
    }
    match crate::break_glass::lately(room).await.map(|lately| lately.danish()) {
        Ok(Some(text)) => say("nødadgang", "advarsel", text),
        Ok(None) if house.config.sign_in.break_glass.enabled => {
            say("nødadgang", "ok", "åben; ikke brugt de seneste 7 dage".into());
        }
        Ok(None) => {}
        Err(error) => say("nødadgang", "fejl", error.danish()),
    }
    match super::audit::verify_live(house, None).await {
        Ok(report) if report.is_intact() => {
            say("revisionslog", "ok", report.danish().lines().next().unwrap_or_default().to_owned())
        }
        Ok(report) => say("revisionslog", "fejl", report.danish()),
        Err(failure) => say("revisionslog", "fejl", failure.to_string()),
    }
}

/// The own model that is in force, and whether it is heard; `None` where the shipped model is alone.
async fn own_model(house: &setup::House) -> Option<(&'static str, String)> {
    let store = &house.room.store;
    let number = match store.own_model_in_force().await {
        Ok(0) => return None,
        Ok(number) => number,
        Err(error) => return Some(("fejl", error.danish())),
    };
    let said = match Model::read(store, number).await {
        Err(error) => ("fejl", error.to_string()),
        Ok(model) if !model.fits() => {
            let text = format!("{} Den høres ikke.", OwnModelError::OtherBase(number));
            ("advarsel", text)
        }
        Ok(model) => match store.lessons_of_model(number, house.room.clock.now()).await {
            Ok((left, _)) => {
                let made_of = model.row.lessons;
                let text =
                    format!("egen model {number} er i kraft; {left} af dens {made_of} lektier gemmes endnu");
                (if left * 2 < made_of { "advarsel" } else { "ok" }, text)
            }
            Err(error) => ("fejl", error.danish()),
        },
    };
    Some(said)
}

fn disk(config: &Config) -> Found {
    let mut folder = config.data.folder.as_path();
    while !folder.exists() {
        match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => folder = parent,
            _ => {
                folder = std::path::Path::new(".");
                break;
            }
        }
    }
    match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let state = if free < ROOM / 10 {
                "fejl"
            } else if free < ROOM {
                "advarsel"
            } else {
                "ok"
            };
            Found {
                what: "disk",
                state,
                text: format!("{:.1} GB ledig under {}", free as f64 / 1e9, folder.display()),
            }
        }
        Err(error) => Found {
            what: "disk",
            state: "fejl",
            text: format!("{} kan ikke undersøges: {error}", folder.display()),
        },
    }
}
