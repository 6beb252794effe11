//! A report: what was noticed about a file, where, and what it means for the register.

use std::collections::BTreeMap;
use std::fmt;

/// What was noticed. Prints itself in Danish.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The bytes are not UTF-8 and were read as Windows-1252.
    NotUtf8,
    /// The XML or JSON breaks off here; what stands before was read.
    BrokenOff,
    /// An entity that XML does not know by itself; it was left out.
    UnknownEntity,
    /// An element or field that no known edition has; it was passed over.
    UnknownElement(String),
    /// The file does not state its edition.
    NoEdition,
    /// A row without a number; it was left out.
    NoNumber,
    /// The number can not be read; the row was left out.
    BadNumber,
    /// Blanks or a trailing full stop were left out of the number.
    TidiedNumber,
    /// The number is of another level than the row says; the number decides.
    LevelDisagrees,
    /// The number does not lie below the one it stands under; it was kept.
    NotBelowParent,
    /// No title.
    NoTitle,
    /// A date can not be read; it was left out.
    BadDate,
    /// The row ends before it begins, and so never applied.
    EndsBeforeBeginning,
    /// Not published any more, without a date: the date of the edition was used.
    ExpiredUndated,
    /// Not published any more, and no date to be had; the row was left out.
    ExpiredUnknown,
    /// A UUID can not be read; it was left out.
    BadUuid,
    /// Unknown retention code; it was left out.
    BadRetention,
    /// The erasure deadline can not be read; it was left out.
    BadErasure,
    /// A replacement that can not be read; it was left out.
    BadReplacement,
    /// The mark behind a keyword lacks its closing bracket; it was read as if it had it.
    KeywordUnclosed,
    /// A keyword without text, or that leads nowhere; it was left out.
    KeywordIncomplete,
    /// A weight can not be read; the keyword was kept without.
    BadWeight,
    /// The row lacks columns the format needs; it was left out.
    ShortRow,
    /// The line is not in the form of the format; it was left out.
    BadLine,
    /// A code of another classification that is not as it should be; the row was left out.
    BadCode,
    /// A number in the interval left to the authorities.
    Local,
    /// The file has the number twice for the same days; the first was kept and filled.
    Twice,
    /// Two sources give different titles; the first was kept.
    TitleDisagrees,
    /// Two sources give different periods; the first was kept.
    ValidityDisagrees,
    /// Two sources give different UUIDs; the first was kept.
    UuidDisagrees,
    /// Two numbers have the same UUID.
    UuidShared,
    /// The replacing number is in no source.
    SuccessorUnknown,
    /// The number is replaced by itself in the end.
    SuccessorRing,
    /// A replacement for a number that is in no source; it was left out.
    ReplacesUnknown,
    /// A number said to replace itself; it was left out.
    ReplacesItself,
    /// A keyword for a number that is in no source; it was kept.
    KeywordOfUnknown,
    /// So many groups and main groups are in no source and were put in because numbers below them are.
    ParentsImplied(usize),
    /// A table maps to a number that has expired on the day.
    TargetExpired,
    /// A table maps to a number that is not in the register.
    TargetUnknown,
    /// So many further remarks of the same kind.
    More(&'static str, usize),
}

impl Fault {
    /// Stable code, for tests and counting.
    pub fn code(&self) -> &'static str {
        match self {
            Self::More(code, _) => code,
            other => other.words().0,
        }
    }

    /// Should a person look before the register is used?
    pub fn is_grave(&self) -> bool {
        matches!(self, Self::BrokenOff | Self::SuccessorRing)
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotUtf8 => ("not-utf8", "filen er ikke UTF-8 og er læst som Windows-1252"),
            Self::BrokenOff => (
                "broken-off",
                "filen er afbrudt eller ødelagt her; kun det foregående er læst – hent filen igen",
            ),
            Self::UnknownEntity => ("unknown-entity", "en ukendt XML-entitet er udeladt"),
            Self::UnknownElement(_) => ("unknown-element", "et ukendt felt er sprunget over"),
            Self::NoEdition => {
                ("no-edition", "filen oplyser ikke sin udgivelsesdato; angiv udgaven ved importen")
            }
            Self::NoNumber => ("no-number", "en række uden nummer er udeladt"),
            Self::BadNumber => ("bad-number", "nummeret kan ikke læses, og rækken er udeladt"),
            Self::TidiedNumber => ("tidied-number", "blanktegn eller punktum er fjernet fra nummeret"),
            Self::LevelDisagrees => ("level-disagrees", "niveauet passer ikke til nummeret; nummeret gælder"),
            Self::NotBelowParent => ("not-below-parent", "nummeret hører ikke under det, det står under"),
            Self::NoTitle => ("no-title", "titlen mangler"),
            Self::BadDate => ("bad-date", "en dato kan ikke læses og er udeladt"),
            Self::EndsBeforeBeginning => {
                ("ends-before-beginning", "nummeret udgår, før det oprettes, og har aldrig gældet")
            }
            Self::ExpiredUndated => {
                ("expired-undated", "nummeret er udgået uden dato; udgavens dato er brugt")
            }
            Self::ExpiredUnknown => (
                "expired-unknown",
                "nummeret er udgået uden dato, og udgaven er ukendt; rækken er udeladt – angiv udgaven ved importen",
            ),
            Self::BadUuid => ("bad-uuid", "UUID kan ikke læses og er udeladt"),
            Self::BadRetention => ("bad-retention", "bevaringskoden er ukendt og er udeladt"),
            Self::BadErasure => ("bad-erasure", "slettefristen kan ikke læses og er udeladt"),
            Self::BadReplacement => ("bad-replacement", "en afløser kan ikke læses og er udeladt"),
            Self::KeywordUnclosed => {
                ("keyword-unclosed", "mærket efter stikordet mangler sin slutparentes; det er læst alligevel")
            }
            Self::KeywordIncomplete => {
                ("keyword-incomplete", "et stikord uden tekst eller nummer er udeladt")
            }
            Self::BadWeight => ("bad-weight", "stikordets vægt kan ikke læses; stikordet er beholdt uden"),
            Self::ShortRow => ("short-row", "rækken mangler kolonner og er udeladt"),
            Self::BadLine => ("bad-line", "linjen kan ikke læses og er udeladt"),
            Self::BadCode => ("bad-code", "koden kan ikke læses, og rækken er udeladt"),
            Self::Local => ("local", "nummeret er lokalt (over 79)"),
            Self::Twice => ("twice", "nummeret står to gange for samme periode; den første række gælder"),
            Self::TitleDisagrees => {
                ("title-disagrees", "to kilder har forskellige titler; den første er beholdt")
            }
            Self::ValidityDisagrees => {
                ("validity-disagrees", "to kilder har forskellig gyldighed; den første er beholdt")
            }
            Self::UuidDisagrees => {
                ("uuid-disagrees", "to kilder har forskellige UUID'er; den første er beholdt")
            }
            Self::UuidShared => ("uuid-shared", "to numre har samme UUID"),
            Self::SuccessorUnknown => ("successor-unknown", "afløseren findes ikke i emneplanen"),
            Self::SuccessorRing => (
                "successor-ring",
                "afløserne går i ring, så nummeret ender med at afløse sig selv; ret tabellen over afløsere",
            ),
            Self::ReplacesUnknown => {
                ("replaces-unknown", "det afløste nummer findes ikke i emneplanen; rækken er udeladt")
            }
            Self::ReplacesItself => {
                ("replaces-itself", "nummeret er anført som sin egen afløser; rækken er udeladt")
            }
            Self::KeywordOfUnknown => {
                ("keyword-of-unknown", "der er stikord til et nummer, som ikke findes i emneplanen")
            }
            Self::ParentsImplied(_) => {
                ("parents-implied", "overordnede numre uden egen række er tilføjet uden titel")
            }
            Self::TargetExpired => ("target-expired", "tabellen peger på et udgået KLE-nummer"),
            Self::TargetUnknown => {
                ("target-unknown", "tabellen peger på et KLE-nummer, som ikke findes i emneplanen")
            }
            Self::More(code, _) => (code, "flere af samme slags"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words().1;
        match self {
            Self::UnknownElement(name) => write!(f, "{words}: {name}"),
            Self::ParentsImplied(count) => write!(f, "{words}: {count}"),
            Self::More(code, count) => write!(f, "{count} {words} ({code})"),
            _ => f.write_str(words),
        }
    }
}

/// Where in a file something was noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the files put together, from 0; `None` while a file is read by itself.
    pub file: Option<usize>,
    /// The line, from 1; `None` when the format has none to show.
    pub line: Option<usize>,
    /// The number it is about, when one could be read.
    pub number: Option<String>,
}

impl Place {
    pub(crate) fn line(line: usize) -> Self {
        Self { line: Some(line), ..Self::default() }
    }

    pub(crate) fn number(number: impl fmt::Display) -> Self {
        Self { number: Some(number.to_string()), ..Self::default() }
    }

    /// The same place, in this one of several files.
    pub(crate) fn in_file(mut self, file: usize) -> Self {
        self.file = Some(file);
        self
    }

    pub(crate) fn with(mut self, number: impl fmt::Display) -> Self {
        self.number = Some(number.to_string());
        self
    }
}

/// A remark about a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Report {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.place.line {
            write!(f, "linje {line}: ")?;
        }
        if let Some(number) = &self.place.number {
            write!(f, "{number}: ")?;
        }
        self.fault.fmt(f)
    }
}

/// So many remarks of one kind are kept in full; the rest are counted.
const KEPT: usize = 100;

/// Remarks being gathered: a file with a million faults must not fill the memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reports {
    kept: Vec<Report>,
    seen: BTreeMap<&'static str, usize>,
}

impl Reports {
    pub(crate) fn add(&mut self, fault: Fault, place: Place) {
        let seen = self.seen.entry(fault.code()).or_default();
        if let Fault::More(_, count) = fault {
            *seen += count;
            return;
        }
        *seen += 1;
        if self.kept.iter().filter(|kept| kept.fault.code() == fault.code()).take(KEPT).count() < KEPT {
            self.kept.push(Report { place, fault });
        }
    }

    pub(crate) fn extend(&mut self, reports: impl IntoIterator<Item = Report>) {
        for Report { place, fault } in reports {
            self.add(fault, place);
        }
    }

    pub(crate) fn finish(self) -> Vec<Report> {
        let mut kept = self.kept;
        for (code, seen) in self.seen {
            let more = seen - kept.iter().filter(|report| report.fault.code() == code).count();
            if more > 0 {
                kept.push(Report { place: Place::default(), fault: Fault::More(code, more) });
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_faults_are_counted_and_a_hundred_kept() {
        let mut reports = Reports::default();
        for line in 1..=100_000 {
            reports.add(Fault::BadLine, Place::line(line));
        }
        reports.add(Fault::BadDate, Place::line(7).with("27.18.04"));
        let reports = reports.finish();
        assert_eq!(reports.len(), KEPT + 2);
        assert_eq!(reports.last().unwrap().fault, Fault::More("bad-line", 100_000 - KEPT));
        let mut again = Reports::default();
        again.extend(reports.clone());
        again.extend(reports);
        assert_eq!(again.finish().last().unwrap().fault, Fault::More("bad-line", 200_000 - KEPT));
    }

    #[test]
    fn a_remark_says_where_what_and_what_was_done() {
        let report = Report { place: Place::line(7).with("27.18.04"), fault: Fault::BadDate };
        assert_eq!(report.to_string(), "linje 7: 27.18.04: en dato kan ikke læses og er udeladt");
    }
}
