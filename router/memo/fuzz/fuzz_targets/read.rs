//! Whatever the bytes: no panic, no more memory than the limits allow, and what was read is written so that it reads
//! the same again.
//!
//! `cargo fuzz run read -- -rss_limit_mb=512`, with the messages of `../tests/corpus` as a start. Where only a stable
//! compiler is at hand: `RUSTC_BOOTSTRAP=1 cargo fuzz run read --sanitizer none`.

#![no_main]

use std::io::{self, BufReader, Read};

use libfuzzer_sys::fuzz_target;
use memo::{Message, Reading};

fuzz_target!(|bytes: &[u8]| {
    let mut contents = Vec::new();
    let hasty = memo::read(bytes, &mut contents);
    // In a buffer too small for most elements the parser does what the short cut does otherwise.
    let mut patient_contents = Vec::new();
    let patient = memo::read(BufReader::with_capacity(16, bytes), &mut patient_contents);
    assert_eq!(hasty.is_ok(), patient.is_ok(), "haste changes whether it is MeMo");

    let Ok(Reading { message, remarks }) = hasty else { return };
    let patient = patient.unwrap();
    assert!(patient.message == message && patient.remarks == remarks, "haste changes the reading");
    assert!(patient_contents == contents, "haste changes the contents");

    // Nothing that was read is larger than what was there to be read.
    assert!(contents.iter().map(Vec::len).sum::<usize>() <= bytes.len());
    assert!(remarks.len() <= 201);

    let mut written = Vec::new();
    let mut fetch = |content: u32| -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(contents[content as usize].as_slice()))
    };
    memo::write(&message, &mut fetch, &mut written).expect("what was read can be written");
    let mut contents_again = Vec::new();
    let again = memo::read(written.as_slice(), &mut contents_again).expect("what was written can be read");
    let (message, contents) = in_order(message, contents);
    assert!(again.message == message, "the message changes when it is written");
    assert!(contents_again == contents, "the contents change when they are written");
});

/// The contents in the order of the documents: documents out of order are put in order by writing.
fn in_order(mut message: Message, contents: Vec<Vec<u8>>) -> (Message, Vec<Vec<u8>>) {
    let mut ordered = Vec::new();
    if let Some(body) = &mut message.body {
        let main = body.main_document.iter_mut();
        let others = body.additional_documents.iter_mut().chain(&mut body.technical_documents);
        for file in main.chain(others).flat_map(|document| &mut document.files) {
            ordered.push(contents[file.content as usize].clone());
            file.content = ordered.len() as u32 - 1;
        }
    }
    (message, ordered)
}
