//! The data subject: somebody whose mail or log is looked for, known here by a keyed hash alone.

use crate::keys::AuthorityKeys;
use crate::store::message::hex;

/// Den registrerede: a person or company by the keyed hash of its number. The number itself is forgotten once it is hashed.
#[doc(alias = "den registrerede")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataSubject {
    lookup: [u8; 32],
}

impl DataSubject {
    /// Whoever has this CPR or CVR number, written in any of the usual ways. What is wrong is said in Danish, without the number.
    pub fn typed(keys: &AuthorityKeys, number: &str) -> Result<Self, String> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let other = number.chars().any(|c| !c.is_ascii_digit() && !c.is_whitespace() && !"-–.".contains(c));
        let kind = match (other, digits.len()) {
            (false, 10) => "cpr",
            (false, 8) => "cvr",
            _ => {
                return Err(
                    "Nummeret er hverken et CPR-nummer (10 cifre) eller et CVR-nummer (8 cifre). Ret det, og søg igen."
                        .into(),
                );
            }
        };
        Ok(Self { lookup: keys.lookup(kind, &digits) })
    }

    /// Whoever a [token](Self::token) of an earlier page stands for.
    pub fn of_token(token: &str) -> Option<Self> {
        let byte = |at: usize| u8::from_str_radix(token.get(at..at + 2)?, 16).ok();
        if token.len() != 64 {
            return None;
        }
        let bytes: Option<Vec<u8>> = (0..64).step_by(2).map(byte).collect();
        Some(Self { lookup: bytes?.try_into().ok()? })
    }

    /// What a page's next form brings in the number's place.
    pub fn token(&self) -> String {
        hex(&self.lookup)
    }

    /// The hash that senders and parties are found by.
    pub fn lookup(&self) -> &[u8; 32] {
        &self.lookup
    }

    /// What the log calls them, so that searches for them are found again. Another hash than the rows', so that a log that
    /// has left the house says nothing about who sent which message.
    pub fn reference(&self, keys: &AuthorityKeys) -> String {
        hex(&keys.lookup("audit-data-subject", &self.token())[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyFile;

    #[test]
    fn a_number_is_known_however_it_is_written_and_never_said_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let keys =
            KeyFile::open_or_create(&file, jiff::Timestamp::UNIX_EPOCH, &mut |bytes| bytes.fill(7)).unwrap();
        let keys = keys.authority("12345678");
        let one = DataSubject::typed(&keys, "620280-1212").unwrap();
        assert_eq!(DataSubject::typed(&keys, " 6202801212 "), Ok(one));
        assert_eq!(one.lookup(), &keys.lookup("cpr", "6202801212"));
        assert_eq!(DataSubject::of_token(&one.token()), Some(one));
        assert_ne!(one.reference(&keys), one.token()[..32]);
        for wrong in ["x6202801212", "620280121", "Mette Prøve"] {
            let said = DataSubject::typed(&keys, wrong).unwrap_err();
            assert!(said.contains("10 cifre") && !said.contains(wrong), "{said}");
        }
        for wrong in ["", "zz", &"g".repeat(64), &"æ".repeat(32)] {
            assert_eq!(DataSubject::of_token(wrong), None);
        }
    }
}
