//! Any bytes as a container: no panic, bounded output, and what was written is read again.

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;

/// No entry is read further than this; a bomb must end at the reader's own limits.
const MOST: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let _ = memo::container::looks_like_one(bytes);
    // As a container: most inputs end in the decoder.
    let _ = memo::container::read(bytes, |name, content| {
        assert!(!name.contains('/') && !name.contains('\\'));
        std::io::copy(&mut content.take(MOST), &mut std::io::sink())?;
        Err(std::io::Error::other("one entry is enough"))
    });
    // As content: it comes back as it went in.
    let mut packed = Vec::new();
    if memo::container::write([("a.xml", bytes)], &mut packed).is_ok() {
        let mut seen = Vec::new();
        let read = memo::container::read(packed.as_slice(), |name, content| {
            assert_eq!(name, "a.xml");
            content.read_to_end(&mut seen).map(|_| ())
        });
        assert!(read.is_ok() && seen == bytes);
    }
});
