//! The command line: one file per command.

mod answer;
mod api;
mod audit;
mod break_glass;
mod check;
mod classifier;
mod danish;
mod demo;
mod desk;
mod explain;
mod extract_text;
mod ingest;
mod journal;
mod keys;
mod kle;
mod list;
mod migrate;
mod org;
mod org_sync;
mod past_mail;
mod replay;
mod responsibility;
mod rule_check;
mod rule_evidence;
mod rules;
mod serve;
mod text;
mod tokens;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use audit::{export_to, verify_live};
pub use demo::policy_files as demo_policy_files;
pub use journal::{Imported, import as import_known};

use crate::config::{Config, Faults, Sources};
use crate::setup::{self, House, SetupError, World};

/// modtag tager imod Digital Post, fordeler hver meddelelse til den rette enhed og journaliserer den – én gang.
#[derive(Parser)]
#[command(name = "modtag", version, max_term_width = 100)]
struct Arguments {
    /// Konfigurationsfil; ellers modtag.toml i arbejdsmappen, hvis den findes.
    #[arg(long, global = true, value_name = "FIL", env = "MODTAG_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Vis, hvad modtag gør: en opdigtet kommune, eksempelpost og en statusside. Kræver intet installeret.
    Demo(demo::Demo),
    /// Kør: tag imod, fordel, journalisér og vis status.
    Serve(serve::Serve),
    /// Tag meddelelser ind fra filer og mapper (.xml og .tar.lzma).
    Ingest(ingest::Ingest),
    /// Vis hele historien om én meddelelse.
    Explain(explain::Explain),
    /// Vis de nyeste meddelelser.
    List(list::List),
    /// Fordel en meddelelse, der venter på en medarbejder.
    Answer(answer::Answer),
    /// Prøv igen, hvor udførelsen af en meddelelse blev opgivet.
    Retry(answer::Retry),
    /// Undersøg, om alt er parat: konfiguration, nøgler, database, regler, model, ESDH og disk.
    Check(check::Check),
    /// Efterprøv eller udlæs revisionsloggen.
    Audit(audit::Audit),
    /// Den indbyggede journal: indlæs sager og afsendte breve.
    Journal(journal::JournalCommand),
    /// Regelsættets udgaver: undersøg, lav, sæt i kraft og skriv ud.
    Rules(rules::RulesCommand),
    /// Organisationen: enheder, medarbejdere og ansvar, hentet fra myndighedens eget system.
    Org(org::OrgCommand),
    /// Emneplanen (KLE): indlæs, vis, sammenlign, og oversæt andre lister til den.
    Kle(kle::KleCommand),
    /// Klassifikatoren for umærket post: træn og mål den, og se, hvad enhederne har tilladt, og hvad den har lært.
    Classifier(classifier::ClassifierCommand),
    /// Træk teksten ud af filer, som den ville blive læst i et brev; til at prøve det af.
    Text(text::Text),
    /// Læs ét dokument i en afspærret proces. Startes af modtag selv.
    #[command(hide = true)]
    ExtractText(extract_text::ExtractText),
    /// Krypteringsnøglerne: vis og skift.
    Keys(keys::KeysCommand),
    /// Tokens til HTTP-API'et: lav, vis og tilbagekald.
    Tokens(tokens::TokensCommand),
    /// HTTP-API'et: skriv dets beskrivelse (OpenAPI) ud.
    Api(api::ApiCommand),
    /// Nødadgangen: lav den hash, der sættes i konfigurationen.
    BreakGlass(break_glass::BreakGlassCommand),
    /// Bring databasens skema ajour.
    Migrate(migrate::Migrate),
    /// Tag en sikkerhedskopi, mens alt kører.
    Backup(crate::backup::Backup),
    /// Genskab fra en sikkerhedskopi.
    Restore(crate::backup::Restore),
    /// Skriv standardkonfigurationen ud: opslagsværk, eksempel og standardværdier i ét.
    Config,
}

/// Exit code for arguments that cannot be used.
const UNUSABLE: u8 = 2;

/// Understands the arguments, runs the command, and says how it went.
pub fn run() -> ExitCode {
    let matches = danish::in_danish(Arguments::command()).try_get_matches();
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            eprint!("{}", danish::said(&error));
            return ExitCode::from(UNUSABLE);
        }
        Err(help) => {
            print!("{}", danish::said(&help));
            return ExitCode::SUCCESS;
        }
    };
    // A child is alone with its document: it locks itself before any other thread is begun.
    if let Command::ExtractText(child) = arguments.command {
        return child.run();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Programmet kan ikke starte: {error}.");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let file = arguments.config;
    match arguments.command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve(serve) => serve.run(load(file)?).await,
        Command::Ingest(ingest) => ingest.run(load(file)?).await,
        Command::Explain(explain) => explain.run(load(file)?).await,
        Command::List(list) => list.run(load(file)?).await,
        Command::Answer(answer) => answer.run(load(file)?).await,
        Command::Retry(retry) => retry.run(load(file)?).await,
        Command::Check(check) => check.run(file).await,
        Command::Audit(audit) => audit.run(|| load(file)).await,
        Command::Journal(journal) => journal.run(load(file)?).await,
        Command::Rules(rules) => rules.run(load(file)?).await,
        Command::Org(org) => org.run(load(file)?).await,
        Command::Kle(kle) => kle.run(load(file)?).await,
        Command::Classifier(classifier) => classifier.run(|| load(file)).await,
        Command::Text(text) => text.run(load(file)?).await,
        Command::ExtractText(child) => Ok(child.run()),
        Command::Keys(keys) => keys.run(load(file)?).await,
        Command::Tokens(tokens) => tokens.run(load(file)?).await,
        Command::Api(api) => api.run(),
        Command::BreakGlass(break_glass) => break_glass.run(),
        Command::Migrate(migrate) => migrate.run(load(file)?).await,
        Command::Backup(backup) => backup.run(load(file)?).await,
        Command::Restore(restore) => restore.run(load(file)?).await,
        Command::Config => {
            print!("{}", crate::config::DEFAULT_FILE);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn load(file: Option<PathBuf>) -> Result<Config, Failure> {
    let sources = Sources::of_process(file)
        .map_err(|error| Failure::Said(format!("Arbejdsmappen kan ikke læses: {error}.")))?;
    Ok(Config::load(&sources)?)
}

/// Opens the post room for a command that asks, with the rules in force whatever the policy files say by now.
///
/// Logs go to standard error, so that standard output stays the answer.
async fn house(mut config: Config) -> Result<House, Failure> {
    config.policy.keep_edition = true;
    working_house(config).await
}

/// Opens the post room for a command that takes mail in: changed policy files may take effect.
async fn working_house(config: Config) -> Result<House, Failure> {
    crate::web::logging::start(&config.log);
    Ok(setup::open(config, World::system()).await?)
}

/// The user who runs the command, for the audit log.
pub(crate) fn operator() -> crate::audit::Actor {
    let user =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "ukendt".into());
    crate::audit::Actor::person(&user, "operator")
}

/// Why a command ended without doing what it was asked. Each is a Danish text for the person at the keyboard.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Faults in the configuration.
    #[error("{0}")]
    Config(#[from] Faults),
    /// The post room could not be opened.
    #[error("{0}")]
    Setup(#[from] SetupError),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] crate::store::StoreError),
    /// An edition of the rules.
    #[error("{0}")]
    Edition(#[from] crate::editions::EditionError),
    /// An own model of the classifier.
    #[error("{0}")]
    OwnModel(#[from] crate::own_model::OwnModelError),
    /// A table for a spreadsheet.
    #[error("{0}")]
    Table(#[from] crate::table::TableError),
    /// Said in full.
    #[error("{0}")]
    Said(String),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(Faults::EXIT_CODE),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Prints a value as JSON on one line, or indented for a person.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::Said(format!("JSON kunne ikke skrives: {error}.")))?;
    println!("{text}");
    Ok(())
}
