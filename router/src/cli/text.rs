//! `modtag text`: the text of files, got the way a letter's documents are read.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use futures::StreamExt;
use serde::Serialize;
use tokio_util::io::ReaderStream;

use super::{Failure, print_json};
use crate::config::Config;
use crate::text::{Extracted, Extractor, Format, own_words};

#[derive(Args)]
pub(super) struct Text {
    /// Filerne.
    #[arg(required = true, value_name = "FIL")]
    files: Vec<PathBuf>,
    /// Tag det fra, som ikke er afsenderens egne ord: citerede breve, underskrifter, forbehold og sidehoveder.
    #[arg(long)]
    own: bool,
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

/// One file, as JSON tells of it.
#[derive(Serialize)]
struct Answer {
    /// The file, as it was named.
    file: String,
    /// What it was read as.
    format: Option<&'static str>,
    /// Codes of the remarks.
    remarks: Vec<&'static str>,
    /// The remarks in Danish.
    danish: Vec<&'static str>,
    /// The text.
    text: String,
    /// What `--own` set aside.
    set_aside: Vec<Aside>,
}

/// A part of a text that was set aside.
#[derive(Serialize)]
struct Aside {
    kind: &'static str,
    start: usize,
    end: usize,
}

impl Text {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let extractor = Extractor::new(&config.text);
        let mut answers = Vec::new();
        for file in &self.files {
            let said =
                |error: std::io::Error| Failure::Said(format!("{} kan ikke læses: {error}.", file.display()));
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let open = tokio::fs::File::open(file).await.map_err(said)?;
            let pieces = ReaderStream::with_capacity(open, 64 * 1024).boxed();
            let extracted = extractor.extract(Format::declared("", &name), pieces).await.map_err(said)?;
            answers.push(self.answer(file.display().to_string(), extracted));
        }
        if self.json {
            print_json(&answers)?;
        } else {
            answers.iter().for_each(|answer| answer.print(answers.len() > 1));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn answer(&self, file: String, extracted: Extracted) -> Answer {
        let (text, set_aside) = if self.own {
            let own = own_words(&extracted.text);
            let aside = own.set_aside.iter().map(|one| Aside {
                kind: one.kind.as_str(),
                start: one.range.start,
                end: one.range.end,
            });
            (own.text, aside.collect())
        } else {
            (extracted.text, Vec::new())
        };
        Answer {
            file,
            format: extracted.format.map(Format::as_str),
            remarks: extracted.remarks.iter().map(|remark| remark.as_str()).collect(),
            danish: extracted.remarks.iter().map(|remark| remark.danish()).collect(),
            text,
            set_aside,
        }
    }
}

impl Answer {
    fn print(&self, named: bool) {
        if named {
            println!("== {}", self.file);
        }
        for remark in &self.danish {
            println!("[{remark}]");
        }
        println!("{}", self.text.replace('\u{c}', "\n"));
    }
}
