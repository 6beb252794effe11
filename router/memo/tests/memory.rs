//! A message of 100 MB needs no more memory than a small one. Alone in its file, because memory is the whole process's.

use std::fs;
use std::io::{BufReader, Read, repeat};

use memo::{ContentPlace, Contents};

/// Counts what comes and keeps nothing.
struct Count(u64);

impl Contents for Count {
    fn begin(&mut self, _: &ContentPlace) -> std::io::Result<()> {
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        assert!(!bytes.is_empty() && bytes.len() <= 64 * 1024, "a chunk of {} bytes", bytes.len());
        self.0 += bytes.len() as u64;
        Ok(())
    }

    fn end(&mut self, size: u64) -> std::io::Result<()> {
        assert_eq!(size, self.0);
        Ok(())
    }
}

/// The most memory this process ever had, in KiB.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_message_of_100_mb_is_read_in_less_than_16_mb() {
    let letter = include_str!("corpus/brev-1.2.xml");
    let (before, after) = letter.split_once("SGVqIG1lZCBqZXI=").unwrap();
    let Some(at_first) = peak() else {
        eprintln!("NOTE: this system does not tell its memory, so it was NOT measured");
        return;
    };
    let message = before.as_bytes().chain(repeat(b'A').take(100_000_000)).chain(after.as_bytes());
    let mut count = Count(0);
    let reading = memo::read(BufReader::with_capacity(128 * 1024, message), &mut count).unwrap();
    assert_eq!(reading.remarks, []);
    assert_eq!(count.0, 75_000_000);
    let grown = peak().unwrap() - at_first;
    println!("grown by {grown} KiB");
    assert!(grown < 16 * 1024, "{grown} KiB more");
}
