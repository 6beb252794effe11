//! Character recognition: Tesseract, when it is installed.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Tegngenkendelse: an installed Tesseract and the languages it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tesseract {
    /// The program.
    pub program: PathBuf,
    /// Does it read Danish?
    pub danish: bool,
    /// Does it read English?
    pub english: bool,
}

impl Tesseract {
    /// The Tesseract of this machine, if there is one. Asks it for its languages.
    pub fn installed() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let program = std::env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join("tesseract"))
            .find(|program| program.is_file())?;
        let listed =
            Command::new(&program).arg("--list-langs").env_clear().stdin(Stdio::null()).output().ok()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let reads = |language: &str| listed.lines().any(|line| line.trim() == language);
        Some(Self { danish: reads("dan"), english: reads("eng"), program })
    }

    /// The languages to read in, as the program wants them; Danish first.
    pub(super) fn languages(&self) -> &'static str {
        match (self.danish, self.english) {
            (true, true) => "dan+eng",
            (true, false) => "dan",
            (false, _) => "eng",
        }
    }
}

/// Becomes Tesseract, with the picture on standard input and the text on standard output. Answers only when that failed.
pub(super) fn become_tesseract(program: &Path, languages: &str) -> std::io::Error {
    Command::new(program)
        .args(["stdin", "stdout", "-l", languages])
        .env_clear()
        // Threads beside the first one gain little and cost the others.
        .env("OMP_THREAD_LIMIT", "1")
        .exec()
}
