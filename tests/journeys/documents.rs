//! Documents from anybody: what is read of them, and what the hostile ones cost. Through the real program.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use esdh::{ContentStream, Contents, Fault};
use futures::stream;
use journeys::letters::Letter;
use router::config::{Config, Text};
use router::text::{Extracted, Extractor, Format, Remark, Tesseract};
use serde::Deserialize;
use zip::write::SimpleFileOptions;

use crate::program::{Installation, binary};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/text")
}

#[derive(Deserialize)]
struct Corpus {
    document: Vec<Expected>,
}

/// What is expected of one file.
#[derive(Deserialize)]
struct Expected {
    file: String,
    remarks: Vec<String>,
    text: String,
}

#[test]
fn every_document_of_the_corpus_gives_its_text_or_its_remark() {
    let expected = std::fs::read_to_string(folder().join("expected.toml")).expect("the expectations");
    let corpus: Corpus = toml::from_str(&expected).expect("TOML");
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("the corpus")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "expected.toml")
        .collect();
    let named: BTreeSet<String> = corpus.document.iter().map(|expected| expected.file.clone()).collect();
    assert_eq!(there, named, "every file has an expectation");
    let house = Installation::new(None);
    let files: Vec<String> =
        corpus.document.iter().map(|expected| folder().join(&expected.file).display().to_string()).collect();
    let arguments: Vec<&str> =
        ["text", "--json"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let said = house.run(&arguments).json();
    for (expected, answer) in corpus.document.iter().zip(said.as_array().expect("a list")) {
        let remarks: Vec<&str> =
            answer["remarks"].as_array().expect("remarks").iter().filter_map(|code| code.as_str()).collect();
        assert_eq!(
            (&remarks, answer["text"].as_str()),
            (&expected.remarks.iter().map(String::as_str).collect(), Some(expected.text.as_str())),
            "{}",
            expected.file
        );
    }
}

#[test]
fn the_command_shows_own_words_and_danish_remarks() {
    let house = Installation::new(None);
    let letter = house.write("svar.txt", "Jeg vil klage.\n\nMvh\nBo Prøve\n\n> gammelt brev\n");
    let locked = folder().join("adgangskode.pdf");
    let letter = letter.to_str().expect("UTF-8");
    let said = house.run(&["text", "--own", letter, locked.to_str().expect("UTF-8")]).ok();
    assert!(said.contains("Jeg vil klage.") && said.contains("[krypteret med adgangskode]"), "{said}");
    assert!(!said.contains("Bo Prøve") && !said.contains("gammelt"), "{said}");
    assert!(house.run(&["text", "findes-ikke.pdf"]).fails(1).contains("kan ikke læses"));
}

#[test]
fn a_child_locks_itself_before_the_first_byte() {
    let mut child = Command::new(binary())
        .args(["extract-text", "--memory-bytes", "268435456", "--cpu-seconds", "7"])
        .args(["--input-bytes", "1000", "--output-bytes", "1000"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let locked = ["Max cpu time 7 8", "Max file size 0 0", "Max core file size 0 0", "Max processes 0 0"];
    let more = ["Max open files 3 3", "Max address space 268435456 268435456"];
    let limits = || {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("its limits");
        limits.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let began = Instant::now();
    // The number of open files is limited last.
    while !limits().contains(more[0]) && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let limits = limits();
    for lock in locked.iter().chain(&more) {
        assert!(limits.contains(lock), "{lock}: {limits}");
    }
    drop(child.stdin.take());
    let said = child.wait_with_output().expect("it ends");
    assert!(
        said.status.success() && said.stdout.starts_with(b"{\"format\":null,\"remarks\":[\"empty\"]"),
        "{said:?}"
    );
}

/// Memory that hostile documents may cost here, in MiB; what is measured is held against it.
const MEMORY: u32 = 256;

fn limits() -> Text {
    let mut text = Config::defaults(Path::new("/")).expect("the defaults").text;
    text.memory_mib = MEMORY;
    text.cpu = Duration::from_secs(20);
    text.timeout = Duration::from_secs(60);
    text
}

/// What a document came to, and the most memory that any child had meanwhile, in KiB.
async fn cost(
    text: Text,
    declared: Format,
    pieces: impl Iterator<Item = Bytes> + Send + Unpin,
) -> (Extracted, u64) {
    let done = Arc::new(AtomicBool::new(false));
    let peak = Arc::new(AtomicU64::new(0));
    let watch = std::thread::spawn({
        let (done, peak) = (done.clone(), peak.clone());
        move || {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(children().into_iter().max().unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    let began = Instant::now();
    let extractor = Extractor::with_program(&text, binary());
    let extracted =
        extractor.extract(Some(declared), stream::iter(pieces.map(Ok))).await.expect("the source is well");
    assert!(began.elapsed() < Duration::from_secs(90), "{extracted:?} after {:?}", began.elapsed());
    done.store(true, Ordering::Relaxed);
    watch.join().expect("the watch ends");
    let peak = peak.load(Ordering::Relaxed);
    println!(
        "{declared:?}: {:?}, {} bytes, {peak} KiB, {:?}",
        extracted.remarks,
        extracted.text.len(),
        began.elapsed()
    );
    (extracted, peak)
}

/// The most memory that each child of this process has had so far, in KiB.
fn children() -> Vec<u64> {
    let parent = format!("PPid:\t{}\n", std::process::id());
    let processes = std::fs::read_dir("/proc").expect("the processes").flatten();
    // A child that has not yet become the program still has this process's memory.
    let readers = processes.map(|process| process.path()).filter(|process| {
        let command = std::fs::read_to_string(process.join("cmdline")).unwrap_or_default();
        command.contains("extract-text")
    });
    let statuses = readers.filter_map(|process| std::fs::read_to_string(process.join("status")).ok());
    statuses
        .filter(|status| status.contains(&parent))
        .filter_map(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .collect()
}

/// Reads a document that is in memory and holds what it cost against the bounds.
async fn check(declared: Format, document: Vec<u8>, expected: &[Remark]) -> Extracted {
    let pieces = Bytes::from(document);
    let (extracted, peak) = cost(limits(), declared, [pieces].into_iter()).await;
    assert_eq!(extracted.remarks, expected);
    assert!(peak <= u64::from(MEMORY) * 1024, "{peak} KiB");
    extracted
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("whole").into_inner()
}

fn docx(body: &[u8]) -> Vec<u8> {
    zipped(&[("word/document.xml", [b"<document><body>", body, b"</body></document>"].concat())])
}

#[tokio::test]
async fn a_bomb_in_a_zip_is_remarked() {
    check(Format::Docx, docx(&[b"<p><r><t>", b"a".repeat(200 << 20).as_slice()].concat()), &[Remark::Bomb])
        .await;
    let strings = b"<si><t>a</t></si>".repeat(6_000_000);
    let sheet = zipped(&[("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/sharedStrings.xml", strings)]);
    check(Format::Xlsx, sheet, &[Remark::Bomb]).await;
}

#[tokio::test]
async fn nesting_is_remarked_or_read() {
    check(Format::Docx, docx(&b"<p>".repeat(1_000_000)), &[Remark::TooDeep]).await;
    check(Format::Rtf, [b"{\\rtf1 x".as_slice(), &b"{".repeat(1_000_000)].concat(), &[Remark::TooDeep]).await;
    let html = [b"<body>".as_slice(), &b"<div>".repeat(1_000_000), b"dybt"].concat();
    assert_eq!(check(Format::Html, html, &[]).await.text, "dybt");
    check(
        Format::Pdf,
        [b"%PDF-1.4\n1 0 obj\n".as_slice(), &b"[".repeat(3_000_000)].concat(),
        &[Remark::Damaged],
    )
    .await;
}

/// A PDF of these objects, the first of which is its catalogue.
fn pdf(objects: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (place, object) in objects.enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", place + 1).into_bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).into_bytes());
    places.iter().for_each(|place| bytes.extend(format!("{place:010} 00000 n \n").into_bytes()));
    let end = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", places.len() + 1);
    bytes.extend(end.into_bytes());
    bytes
}

#[tokio::test]
async fn a_million_objects_in_a_pdf_cost_that_document() {
    let head =
        [b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), b"<< /Type /Pages /Kids [] /Count 0 >>".to_vec()];
    let many = (0..1_000_000).map(|number| format!("<< /A {number} >>").into_bytes());
    check(Format::Pdf, pdf(head.into_iter().chain(many)), &[Remark::TooMuchMemory]).await;
}

#[tokio::test]
async fn half_a_gigabyte_of_text_gives_its_beginning() {
    let piece = Bytes::from("Kære kommune, der er et hul i vejen.\n".repeat(2000));
    let pieces = std::iter::repeat_n(piece.clone(), (500 << 20) / piece.len());
    let (extracted, peak) = cost(limits(), Format::Txt, pieces).await;
    assert_eq!(extracted.remarks, [Remark::Cut]);
    assert!(extracted.text.starts_with("Kære kommune") && extracted.text.len() <= 262_144);
    assert!(peak <= u64::from(MEMORY) * 1024, "{peak} KiB");
}

#[tokio::test]
async fn what_is_larger_than_is_read_is_remarked() {
    let text = Text { max_document_bytes: 1_000_000, ..limits() };
    let pieces = [Bytes::from_static(b"%PDF-1.7\n"), Bytes::from(vec![b'x'; 2_000_000])];
    assert_eq!(cost(text, Format::Pdf, pieces.into_iter()).await.0.remarks, [Remark::TooLarge]);
}

#[tokio::test]
async fn time_runs_out_by_the_clock_for_a_source_that_stops() {
    let text = Text { timeout: Duration::from_secs(1), ..limits() };
    let extractor = Extractor::with_program(&text, binary());
    let never = stream::pending::<std::io::Result<Bytes>>();
    let extracted = extractor.extract(Some(Format::Txt), never).await.expect("the source is well");
    assert_eq!(extracted.remarks, [Remark::TooSlow]);
}

#[tokio::test]
async fn time_on_the_processor_runs_out() {
    let text = Text { cpu: Duration::from_secs(1), max_text_bytes: 10_000_000, ..limits() };
    let piece = Bytes::from(b"<div><i>".repeat(8192));
    let pieces = std::iter::repeat_n(piece.clone(), (80 << 20) / piece.len());
    assert_eq!(cost(text, Format::Html, pieces).await.0.remarks, [Remark::TooSlow]);
}

#[tokio::test]
async fn a_source_that_fails_is_no_remark_and_a_child_that_is_none_is_one() {
    let extractor = Extractor::with_program(&limits(), binary());
    let broken = stream::iter([Ok(Bytes::from_static(b"K")), Err(std::io::Error::other("disk"))]);
    assert!(extractor.extract(Some(Format::Txt), broken).await.is_err());
    for (program, expected) in [("/findes/ikke", Remark::NotTried), ("/bin/false", Remark::Crashed)] {
        let extractor = Extractor::with_program(&limits(), PathBuf::from(program));
        let text = stream::iter([Ok(Bytes::from_static(b"tekst"))]);
        let extracted = extractor.extract(Some(Format::Txt), text).await.expect("the source is well");
        assert_eq!(extracted.remarks, [expected], "{program}");
    }
}

/// A source may fail the program that asks it again after its end; the content store's did.
#[tokio::test]
async fn a_source_is_not_asked_again_after_its_end() {
    let extractor = Extractor::with_program(&limits(), binary());
    let once = stream::unfold(true, |more| {
        std::future::ready(more.then(|| (Ok(Bytes::from_static("Kære kommune".as_bytes())), false)))
    });
    let extracted = extractor.extract(Some(Format::Txt), once).await.expect("the source is well");
    assert_eq!(extracted.text.trim(), "Kære kommune");
}

#[tokio::test]
async fn a_picture_is_recognised_where_tesseract_is_installed() {
    if Tesseract::installed().is_none() {
        eprintln!("NOT RUN: tesseract is not installed");
        return;
    }
    let text = Text { ocr: true, memory_mib: 512, ..limits() };
    let picture = std::fs::read(folder().join("ord.bmp")).expect("the picture");
    let (extracted, _) = cost(text, Format::Picture, [Bytes::from(picture)].into_iter()).await;
    assert!(extracted.text.contains("KOMM"), "{extracted:?} {}", extracted.text);
    assert_eq!(extracted.remarks, []);
}

#[tokio::test]
async fn sheets_without_text_are_recognised_where_tesseract_is_installed() {
    if Tesseract::installed().is_none() {
        eprintln!("NOT RUN: tesseract is not installed");
        return;
    }
    for (file, begins, says) in [
        ("scannet-fax.pdf", "", "byggetilladelse"),
        ("scannet-foto.pdf", "", "varmepumpe"),
        ("tekst-og-scan.pdf", "Se mit bilag.", "hegn i skel"),
    ] {
        let text = Text { ocr: true, memory_mib: 512, ..limits() };
        let scan = std::fs::read(folder().join(file)).expect("the scan");
        let (extracted, _) = cost(text, Format::Pdf, [Bytes::from(scan)].into_iter()).await;
        assert!(
            extracted.text.starts_with(begins) && extracted.text.contains(says),
            "{file}: {}",
            extracted.text
        );
        assert_eq!((extracted.remarks.as_slice(), extracted.format), (&[][..], Some(Format::Pdf)), "{file}");
    }
}

#[tokio::test]
async fn a_scan_without_anything_to_recognise_or_without_time_for_it_says_so() {
    if Tesseract::installed().is_none() {
        eprintln!("NOT RUN: tesseract is not installed");
        return;
    }
    let scan = || std::fs::read(folder().join("scannet-foto.pdf")).expect("the scan");
    let hasty = Text { ocr: true, memory_mib: 512, timeout: Duration::from_millis(150), ..limits() };
    let (extracted, _) = cost(hasty, Format::Pdf, [Bytes::from(scan())].into_iter()).await;
    assert_eq!((extracted.text.as_str(), extracted.remarks.as_slice()), ("", &[Remark::TooSlow][..]));
    // Tesseract in too little memory costs the sheet, not the program.
    let narrow = Text { ocr: true, memory_mib: 64, ..limits() };
    let (extracted, _) = cost(narrow, Format::Pdf, [Bytes::from(scan())].into_iter()).await;
    assert!(extracted.text.is_empty() && !extracted.remarks.is_empty(), "{extracted:?}");
}

/// Contents of a message in memory.
struct InMemory(Vec<Vec<u8>>);

#[async_trait::async_trait]
impl Contents for InMemory {
    async fn open(&self, content: u32) -> Result<ContentStream, Fault> {
        let bytes = Bytes::from(self.0[content as usize].clone());
        Ok(Box::pin(stream::iter([Ok(bytes)])))
    }
}

#[tokio::test]
async fn a_letter_is_its_main_document_and_then_the_others_up_to_a_bound() {
    let file = |name: &str| std::fs::read(folder().join(name)).expect("a file of the corpus");
    let bytes = Letter::from_citizen(1, "6202801212", "Mette Prøve")
        .text("Se bilagene om carporten.\n\nMed venlig hilsen\nMette Prøve\n")
        .technical("Data", "data.xml", b"<Kode>K9</Kode>".to_vec())
        .attachment("Låst", "laast.pdf", "application/pdf", file("adgangskode.pdf"))
        .attachment("Brev", "brev.pdf", "application/pdf", file("brev.pdf"))
        .bytes();
    let mut contents = Vec::new();
    let message = memo::read(bytes.as_slice(), &mut contents).expect("a message").message;
    let extractor = Extractor::with_program(&limits(), binary());
    let contents = InMemory(contents);
    let letter = extractor.letter(&message, &contents, 10_000).await.expect("all is at hand");
    assert_eq!(letter.body, "Se bilagene om carporten.\n\nKære kommune\nJeg søger om boligstøtte fra maj.");
    let said: Vec<String> = letter.remarks.iter().map(|remark| remark.danish()).collect();
    assert_eq!(said, ["Bilag 1: krypteret med adgangskode."]);
    let again = extractor.letter(&message, &contents, 10_000).await.expect("all is at hand");
    assert_eq!(again, letter, "asking twice gives the same");
    let short = extractor.letter(&message, &contents, 12).await.expect("all is at hand");
    assert_eq!((short.body.as_str(), short.remarks.len()), ("Se bilagene ", 0));
    assert!(!format!("{letter:?}").contains("carport"));
}
