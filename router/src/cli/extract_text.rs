//! `modtag extract-text`: the child process that reads one document. Started by the program itself; not shown in the help.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::text::{Child, Format, Limits, Work};

#[derive(Args)]
pub(super) struct ExtractText {
    /// Dokumentets oplyste format.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Højeste hukommelse i byte.
    #[arg(long, value_name = "ANTAL")]
    memory_bytes: u64,
    /// Højeste regnetid i sekunder.
    #[arg(long, value_name = "ANTAL")]
    cpu_seconds: u64,
    /// Største dokument i byte.
    #[arg(long, value_name = "ANTAL")]
    input_bytes: u64,
    /// Længste tekst i byte.
    #[arg(long, value_name = "ANTAL")]
    output_bytes: usize,
    /// Giv billeder af sider uden tekst med, så et andet program kan genkende dem.
    #[arg(long)]
    pictures: bool,
    /// Genkend tegn i et billede med programmet her.
    #[arg(long, value_name = "PROGRAM")]
    tesseract: Option<PathBuf>,
    /// Tegngenkendelsens sprog.
    #[arg(long, value_name = "SPROG", default_value = "eng")]
    languages: String,
}

impl ExtractText {
    pub(super) fn run(self) -> ExitCode {
        let limits = Limits {
            memory: self.memory_bytes,
            cpu: Duration::from_secs(self.cpu_seconds),
            // The clock is held by whoever started us.
            wall: Duration::MAX,
            input: self.input_bytes,
            output: self.output_bytes,
        };
        let work = match self.tesseract {
            Some(program) => Work::Recognise { program, languages: self.languages },
            None => Work::Read {
                declared: self.format.as_deref().and_then(Format::of_word),
                pictures: self.pictures,
            },
        };
        Child { work, limits }.run()
    }
}
