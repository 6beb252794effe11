//! Columns: which heading means what.

/// A column that a table may have.
#[derive(Clone, Copy)]
pub(super) struct Column {
    /// The heading as it is documented.
    pub(super) title: &'static str,
    words: &'static [&'static str],
    more: &'static [&'static str],
    required: bool,
}

impl Column {
    pub(super) const fn required(title: &'static str, words: &'static [&'static str]) -> Self {
        Self { title, words, more: &[], required: true }
    }

    pub(super) const fn optional(title: &'static str, words: &'static [&'static str]) -> Self {
        Self { title, words, more: &[], required: false }
    }

    /// The same column, known by more words in this table.
    pub(super) const fn also(mut self, words: &'static [&'static str]) -> Self {
        self.more = words;
        self
    }
}

/// Where the columns of a table stand.
pub(super) struct Columns(Vec<(&'static str, usize)>);

impl Columns {
    /// Finds the columns by their headings. A column's own words, in their order, go before what it may also be called.
    pub(super) fn find(headings: &[String], columns: &[Column]) -> Self {
        let headings: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
        let place = |column: &Column| {
            let words = column.words.iter().chain(column.more);
            words
                .map(|word| plain(word))
                .find_map(|word| headings.iter().position(|heading| *heading == word))
        };
        Self(columns.iter().filter_map(|column| Some((column.title, place(column)?))).collect())
    }

    pub(super) fn place(&self, title: &str) -> Option<usize> {
        self.0.iter().find(|(known, _)| *known == title).map(|&(_, place)| place)
    }

    /// Titles of required columns that are not there.
    pub(super) fn missing<'c>(&'c self, columns: &'c [Column]) -> impl Iterator<Item = &'static str> + 'c {
        columns
            .iter()
            .filter(|column| column.required && self.place(column.title).is_none())
            .map(|column| column.title)
    }
}

/// Letters and digits in lower case, with the Danish letters' two spellings as one.
fn plain(heading: &str) -> String {
    let letters: String =
        heading.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    letters.replace("aa", "å").replace("ae", "æ").replace("oe", "ø")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_however_they_are_written() {
        let columns =
            [Column::required("Fravær fra", &["fraværfra"]), Column::optional("E-mail", &["email", "mail"])];
        for headings in [["Mail", "FRAVÆR FRA"], ["e-mail", "Fravaer_fra"], ["E mail:", "fraværFra "]] {
            let found = Columns::find(&headings.map(str::to_owned), &columns);
            assert_eq!(
                (found.place("E-mail"), found.place("Fravær fra")),
                (Some(0), Some(1)),
                "{headings:?}"
            );
        }
        let found = Columns::find(&["CPR".to_owned(), "navn".to_owned()], &columns);
        assert_eq!(found.missing(&columns).collect::<Vec<_>>(), ["Fravær fra"]);
    }
}
