//! Papers: documents that the program drafts and a person finishes, as a page or in a word processor.

mod docx;

pub use docx::docx;

/// A document to be finished by a person.
pub struct Draft {
    /// Its title.
    pub title: &'static str,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of the document under a heading.
pub struct Section {
    /// The heading.
    pub heading: &'static str,
    /// What stands under it.
    pub parts: Vec<Part>,
    /// Begins a page of its own, which can be left out.
    pub apart: bool,
}

/// Something under a heading.
pub enum Part {
    /// A paragraph.
    Text(String),
    /// A list.
    List(Vec<String>),
    /// A table: what it shows, its columns, its rows.
    Table(&'static str, Vec<&'static str>, Vec<Vec<String>>),
    /// A field to fill in: what, and how to judge it.
    Field(&'static str, &'static str),
}
