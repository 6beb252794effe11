//! Letters to learn from, as the files of `models/corpus/` keep them.

use crate::LetterText;
use crate::index::{Danish, Entry};

/// A letter and its subject.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// The subject it is about; `None` for a letter that a careful reader would not route.
    pub subject: Option<kle::Subject>,
    /// Subjects that an experienced journal keeper would accept as well. Nothing is taught by them; they are not wrong.
    pub also: &'a [kle::Subject],
    /// The letter.
    pub letter: LetterText<'a>,
    /// How it is written.
    pub vein: Vein,
    /// Which file it is from, counted in the order they were read: a file has its writers and their ways.
    pub file: usize,
}

/// How a letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vein {
    /// As long and as roundabout as letters are that people send. How sure to be is learned from these alone.
    Natural,
    /// Short, to the point: good to learn subjects from, but harder to place than real letters.
    Short,
}

impl Vein {
    /// The vein of a corpus file, by its name: `third-…` and `hold…` are natural.
    pub fn of(file: &str) -> Self {
        if file.starts_with("third-") || file.starts_with("hold") { Self::Natural } else { Self::Short }
    }
}

/// Letters to learn from.
#[derive(Clone, Default)]
pub struct Corpus {
    rows: Vec<Row>,
    files: usize,
}

#[derive(Clone)]
struct Row {
    subject: Option<kle::Subject>,
    also: Vec<kle::Subject>,
    vein: Vein,
    file: usize,
    label: String,
    body: String,
}

/// A line that is not a letter of the corpus.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct NotCorpus {
    /// Counted from 1.
    pub line: usize,
    why: &'static str,
}

impl Corpus {
    /// Reads one file: subject, kind of sender, label and body in four columns, `\n` for a line break in the
    /// body. The subject is `-` for a letter that belongs nowhere. Where there is a fifth column, it holds subjects that are
    /// acceptable as well, with commas between them.
    pub fn read(&mut self, vein: Vein, file: &str) -> Result<(), NotCorpus> {
        for (number, line) in file.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let row = row(vein, line).map_err(|why| NotCorpus { line: number + 1, why })?;
            self.rows.push(Row { file: self.files, ..row });
        }
        self.files += 1;
        Ok(())
    }

    /// The letters, in the order they were read.
    pub fn letters(&self) -> impl ExactSizeIterator<Item = Labelled<'_>> + Clone {
        self.rows.iter().map(|row| Labelled {
            subject: row.subject,
            also: &row.also,
            letter: LetterText { label: &row.label, body: &row.body },
            vein: row.vein,
            file: row.file,
        })
    }

    /// Adds a letter that belongs nowhere: the first half of one letter, and the first half of another that belongs
    /// elsewhere. Halves, so that it is as long as letters are: being long is no sign of being two.
    pub(super) fn add_mixture(&mut self, one: usize, other: usize) {
        let (one, other) = (&self.rows[one], &self.rows[other]);
        let body = format!("{}\n\n{}", first_half(&one.body), first_half(&other.body));
        let mixture = Row {
            subject: None,
            also: Vec::new(),
            vein: one.vein,
            file: one.file,
            label: one.label.clone(),
            body,
        };
        self.rows.push(mixture);
    }

    /// The letters that have a subject, as an index takes them.
    pub fn entries(&self, danish: &Danish) -> impl Iterator<Item = Entry> {
        self.letters().filter_map(|labelled| {
            Some(Entry { subject: labelled.subject?, stems: danish.hashes(&labelled.letter) })
        })
    }

    /// How many letters there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No letter yet.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The first half of a text's words.
fn first_half(text: &str) -> &str {
    let starts: Vec<usize> =
        text.split_whitespace().map(|word| word.as_ptr() as usize - text.as_ptr() as usize).collect();
    let end = starts.get(starts.len().div_ceil(2)).copied().unwrap_or(text.len());
    text[..end].trim_end()
}

fn row(vein: Vein, line: &str) -> Result<Row, &'static str> {
    let columns: Vec<&str> = line.split('\t').collect();
    let (subject, label, body, also) = match columns[..] {
        [subject, _sender, label, body] => (subject, label, body, None),
        [subject, _sender, label, body, also] => (subject, label, body, Some(also)),
        _ => return Err("expected four columns, or five"),
    };
    let also = also.into_iter().flat_map(|also| also.split(',')).map(read_subject);
    Ok(Row {
        subject: read_subject(subject)?,
        also: also.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        vein,
        file: 0,
        label: label.to_owned(),
        body: body.replace("\\n", "\n"),
    })
}

fn read_subject(text: &str) -> Result<Option<kle::Subject>, &'static str> {
    if text == "-" {
        return Ok(None);
    }
    let subject = kle::Subject::parse(text).map_err(|_| "the first column is no KLE number")?;
    match subject.level() {
        kle::Level::Subject => Ok(Some(subject)),
        _ => Err("the first column is not a subject (emne) but a group"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_letter() {
        let mut corpus = Corpus::default();
        let file = "27.18.04\tcitizen\tHjælp\tKære kommune\\nMor er faldet.\t27.18.02,29.03.12\n\n-\tcitizen\t\tSe vedhæftede\n";
        corpus.read(Vein::Natural, file).expect("a corpus");
        let letters: Vec<_> = corpus.letters().collect();
        assert_eq!(letters[0].subject.map(|subject| subject.to_string()).as_deref(), Some("27.18.04"));
        assert_eq!(letters[0].letter.body, "Kære kommune\nMor er faldet.");
        assert_eq!(
            letters[0].also.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["27.18.02", "29.03.12"]
        );
        assert_eq!(letters[1].subject, None);
        assert_eq!(corpus.len(), 2);
    }

    #[test]
    fn a_line_that_is_no_letter_is_named() {
        for (file, line) in [
            ("27.18.04\tx\ty\tz\nHej", 2),
            ("27.18\tx\ty\tz", 1),
            ("hej\tx\ty\tz", 1),
            ("27.18.04\tx\ty\tz\t27.18", 1),
        ] {
            assert_eq!(Corpus::default().read(Vein::Natural, file).expect_err(file).line, line);
        }
    }
}
