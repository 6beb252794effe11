//! A checkpoint (*kontrolpunkt*): the log's size and root hash, as a C2SP `tlog-checkpoint` in a signed note.

use super::merkle::Hash;
use super::note::{BadNote, Note, Signer, VerifierKey};

/// What is signed: which log, how long, and the hash of all of it.
#[doc(alias = "kontrolpunkt")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name; the signer's name too.
    pub origin: String,
    /// How many events it covers.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note.
    pub fn sign(&self, signer: &Signer) -> String {
        signer.sign(&format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64()))
    }

    /// Reads a note without asking who signed it.
    pub fn parse(note: &str) -> Result<Checkpoint, BadNote> {
        from_text(Note::parse(note)?.text)
    }

    /// Reads a note that one of these keys has signed.
    pub fn verify(note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, BadNote> {
        let note = Note::parse(note)?;
        note.verify(keys)?;
        from_text(note.text)
    }
}

/// Origin, size, root; further lines are extensions, which are signed but mean nothing to us.
fn from_text(text: &str) -> Result<Checkpoint, BadNote> {
    let mut lines = text.split_terminator('\n');
    let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(BadNote::Malformed);
    let (origin, digits, root) = (line()?, line()?, line()?);
    let size: u64 = digits.parse().map_err(|_| BadNote::Malformed)?;
    let root = Hash::from_base64(root).ok_or(BadNote::Malformed)?;
    // One way to write a size: no sign, no leading zeros.
    if size.to_string() != digits || lines.any(str::is_empty) {
        return Err(BadNote::Malformed);
    }
    Ok(Checkpoint { origin: origin.to_owned(), size, root })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::new("modtag.example/29189447", &[3; 32]).unwrap()
    }

    #[test]
    fn a_signed_checkpoint_reads_back() {
        let checkpoint =
            Checkpoint { origin: "modtag.example/29189447".into(), size: 12, root: Hash::from([9; 32]) };
        let note = checkpoint.sign(&signer());
        assert_eq!(Checkpoint::verify(&note, &[signer().verifier().clone()]), Ok(checkpoint.clone()));
        assert_eq!(Checkpoint::parse(&note), Ok(checkpoint));
        assert_eq!(Checkpoint::verify(&note, &[]), Err(BadNote::UnknownKey));
    }

    #[test]
    fn texts_that_are_no_checkpoint_are_refused() {
        let root = Hash::from([9; 32]).to_base64();
        let reads = |text: String| Checkpoint::parse(&signer().sign(&text)).is_ok();
        assert!(reads(format!("a\n0\n{root}\n")));
        assert!(reads(format!("a\n0\n{root}\nextension\n")));
        for text in [
            format!("a\n01\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n-1\n{root}\n"),
            format!("\n1\n{root}\n"),
            format!("a\n1\n{}\n", &root[..40]),
            "a\n1\n".to_owned(),
            format!("a\n1\n{root}\n\nextension\n"),
        ] {
            assert!(!reads(text.clone()), "{text:?}");
        }
    }
}
