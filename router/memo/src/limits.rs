//! How much a message may ask of us: every bound of the reader, with the source of its number.

/// The bounds of one reading. A message beyond one of them is not read on.
///
/// None of them can be reached by a message that Digital Post accepts; they keep time and memory flat for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole message. Digital Post takes at most 99.5 MB; whether that is counted in thousands or in
    /// 1,024s is not said, so the default leaves room for the larger reading and a margin: 110,000,000.
    pub total: u64,
    /// Bytes of one piece of markup or text outside `content` (a tag with its attributes, a comment, a CDATA section).
    /// The largest piece in the official examples is a comment of 1 KB; the default is 256 KiB.
    pub piece: usize,
    /// Bytes of one text value. The longest text of the schema has 512 characters, which is at most 2 KiB of UTF-8;
    /// the default is 64 KiB, because an over-long text is a remark, not a reason to lose a letter.
    pub text: usize,
    /// Bytes of all text values together: the size of the model in memory. The default is 4 MiB; the full official
    /// example needs 5 KB.
    pub texts: usize,
    /// Depth of nesting. The deepest path of the schema has 7 levels; the default is 64.
    pub depth: usize,
    /// Attributes of one element. The official examples have up to 15, all on the root; the default is 64.
    pub attributes: usize,
    /// Bytes of one element or attribute name. The longest of the schema has 30; the default is 256.
    pub name: usize,
    /// Elements in all. A message with a thousand files has some 8,000; the default is 50,000.
    pub elements: usize,
    /// Remarks kept; a last one tells that there were more. The default is 200: nobody reads more.
    pub remarks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            total: 110_000_000,
            piece: 256 * 1024,
            text: 64 * 1024,
            texts: 4 * 1024 * 1024,
            depth: 64,
            attributes: 64,
            name: 256,
            elements: 50_000,
            remarks: 200,
        }
    }
}
