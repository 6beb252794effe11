//! Files of letters: to learn from, and to be measured on.

use std::path::Path;

use classifier::card::CorpusFile;
use classifier::evaluate::{Judged, JudgedMask};
use classifier::model::hex;
use classifier::train::{Corpus, Vein};
use sha2::{Digest, Sha256};

use crate::cli::Failure;

/// Reads the `.tsv` files of a folder, in the order of their names.
pub(super) fn corpus(folder: &Path) -> Result<(Corpus, Vec<CorpusFile>), Failure> {
    let unreadable = |error| Failure::Said(format!("Mappen {} kan ikke læses: {error}.", folder.display()));
    let mut names: Vec<_> =
        std::fs::read_dir(folder).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)?;
    names.sort_by_key(std::fs::DirEntry::file_name);
    let (mut corpus, mut files) = (Corpus::default(), Vec::new());
    for entry in names.iter().filter(|entry| entry.path().extension().is_some_and(|kind| kind == "tsv")) {
        let text = text(&entry.path())?;
        let before = corpus.len();
        let file = entry.file_name().to_string_lossy().into_owned();
        corpus.read(Vein::of(&file), &text).map_err(|fault| {
            Failure::Said(format!(
                "{}, linje {}: linjen er ikke et brev. Den skal have fire kolonner med tabulator imellem: KLE-emne \
                 (eller -), slags afsender, overskrift og tekst. Intet er trænet.",
                entry.path().display(),
                fault.line
            ))
        })?;
        files.push(CorpusFile { file, sha256: hash(text.as_bytes()), letters: corpus.len() - before });
    }
    if corpus.is_empty() {
        let said = format!("Der er ingen breve i {}: ingen .tsv-filer, eller kun tomme.", folder.display());
        return Err(Failure::Said(said));
    }
    Ok((corpus, files))
}

/// Reads a file of judged letters, and its hash.
pub(super) fn judged(file: &Path) -> Result<(Vec<Judged>, String), Failure> {
    let text = text(file)?;
    let letters = Judged::read(&text).map_err(|fault| {
        Failure::Said(format!(
            "{}, linje {}: linjen er ikke et bedømt brev (et JSON-objekt med id, subject, text, kle, kle_ok, abstain).",
            file.display(),
            fault.line
        ))
    })?;
    Ok((letters, hash(text.as_bytes())))
}

/// Reads the personal data that a file of judged letters lists.
pub(super) fn listed(file: &Path) -> Result<Vec<JudgedMask>, Failure> {
    JudgedMask::read(&text(file)?).map_err(|fault| {
        Failure::Said(format!(
            "{}, linje {}: pii er ikke en liste af {{text, type}} med en kendt type.",
            file.display(),
            fault.line
        ))
    })
}

pub(super) fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::Said(format!("Filen {} kan ikke læses: {error}.", file.display())))
}

pub(super) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
