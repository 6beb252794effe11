//! Crosswalk: a table from FORM, or an authority's own list, to KLE, written as a file of the policy.
//!
//! The numbers are held against the subject plan first: one that was replaced is written as its replacement, one that
//! nobody knows is left out. The file says where every row comes from and is made anew, never mended by hand.

mod sheet;

use std::fmt::Write as _;

use jiff::civil::Date;
use kle::{Crosswalk, Scheme, Standing, Subject};
use sha2::{Digest, Sha256};

use super::SubjectPlan;
use super::offer::PlanFile;
use crate::store::message::hex;

/// First line of every file written here; one without it is somebody's own and is not written over.
pub const HEAD: &str = "# Skrevet af modtag kle crosswalk. Ret ikke her: ret tabellen, og indlæs den igen.";

/// A table made into policy.
pub struct Written {
    /// The text of the policy file.
    pub text: String,
    /// Codes with a row in it.
    pub rows: usize,
    /// Codes that lead to no KLE number at all, as the table says.
    pub without: usize,
    /// What was noticed: `file:line: what`, in Danish.
    pub remarks: Vec<String>,
}

/// Whose table it is and where it was found.
pub struct Provenance<'a> {
    /// Name of the list: `FORM`, or what senders call the authority's own.
    pub list: &'a str,
    /// Where the table was found.
    pub source: &'a str,
    /// The day it is imported.
    pub day: Date,
}

/// Makes policy of a table. Refused with a Danish sentence when it is no table with a column of KLE numbers.
pub fn written(file: &PlanFile, of: &Provenance<'_>, plan: Option<&SubjectPlan>) -> Result<Written, String> {
    let text = match file.bytes.starts_with(b"PK\x03\x04") {
        true => sheet::as_text(&file.bytes)?.into_bytes(),
        false => file.bytes.clone(),
    };
    let scheme =
        if of.list.eq_ignore_ascii_case("form") { Scheme::Form } else { Scheme::Own(of.list.to_owned()) };
    let (table, reports) = Crosswalk::read(&text, of.list, scheme).map_err(|_| {
        "det er ikke en tabel med overskrifter, hvor én hedder KLE (tabulator, semikolon eller komma imellem, eller .xlsx)"
            .to_owned()
    })?;
    let mut remarks: Vec<(usize, String)> = reports
        .iter()
        .map(|report| {
            let number = report.place.number.as_ref().map(|number| format!("{number}: ")).unwrap_or_default();
            (report.place.line.unwrap_or(0), format!("{number}{}", report.fault))
        })
        .collect();
    let lines = Lines::of(&text);
    let mut rows = String::new();
    let (mut count, mut without) = (0, 0);
    for (code, targets) in table.iter() {
        let mut numbers: Vec<Subject> = Vec::new();
        for target in targets {
            let (kept, remark) = today(target.subject, plan, of.day);
            if let Some(remark) = remark {
                remarks.push((lines.with(code, target.subject), remark));
            }
            numbers.extend(kept.filter(|kept| !numbers.contains(kept)));
        }
        match numbers.is_empty() {
            true => without += 1,
            false => {
                count += 1;
                row(&mut rows, of, file, code, &numbers);
            }
        }
    }
    if table.iter().any(|(_, targets)| targets.iter().any(|target| target.facet.is_some())) {
        remarks.push((1, "tabellens facetter bruges ikke; facetten er den, der står ved mærket".into()));
    }
    remarks.sort();
    let told = |(line, what): (usize, String)| match line {
        0 => format!("{}: {what}", file.name),
        line => format!("{}:{line}: {what}", file.name),
    };
    Ok(Written {
        text: head(file, of, plan, count) + &rows,
        rows: count,
        without,
        remarks: remarks.into_iter().map(told).collect(),
    })
}

/// The number to write, and what there is to say of it.
fn today(number: Subject, plan: Option<&SubjectPlan>, day: Date) -> (Option<Subject>, Option<String>) {
    let Some(plan) = plan else { return (Some(number), None) };
    match plan.register.subject(number, day) {
        Standing::Current(_) | Standing::NotYet(_) | Standing::Unknown { local: true, .. } => {
            (Some(number), None)
        }
        Standing::Expired { successors, .. } => match successors.as_slice() {
            [only] => (
                Some(only.number),
                Some(format!("KLE {number} er udgået; {} er skrevet i stedet", only.number)),
            ),
            _ => (Some(number), Some(format!("KLE {number} er udgået uden én afløser; nummeret er beholdt"))),
        },
        Standing::Unknown { .. } => {
            (None, Some(format!("KLE {number} findes ikke i emneplanen og er udeladt")))
        }
    }
}

fn head(file: &PlanFile, of: &Provenance<'_>, plan: Option<&SubjectPlan>, rows: usize) -> String {
    let held = match plan {
        Some(plan) => format!("numrene er holdt op mod emneplanens {}", plan.danish()),
        None => "ingen emneplan er indlæst, så numrene er ikke efterprøvet".to_owned(),
    };
    format!(
        "{HEAD}\n# Liste: {}. Kilde: {}. Indlæst {}; {held}.\n# Fil: {}, SHA-256 {}. {rows} koder.\n",
        one_line(of.list),
        one_line(of.source),
        of.day,
        one_line(&short_name(file)),
        hex(&Sha256::digest(&file.bytes)),
    )
}

fn row(out: &mut String, of: &Provenance<'_>, file: &PlanFile, code: &str, numbers: &[Subject]) {
    let quoted = |text: &str| toml::Value::from(one_line(text)).to_string();
    let numbers: Vec<String> = numbers.iter().map(|number| format!("\"{number}\"")).collect();
    let digest = hex(&Sha256::digest(&file.bytes)[..4]);
    // Writing to a text does not fail.
    let _ = write!(
        out,
        "\n[[crosswalk]]\nlist = {}\ncode = {}\nkle = [{}]\nsource = {}\n",
        quoted(of.list),
        quoted(code),
        numbers.join(", "),
        quoted(&format!("{}; {}, {} ({digest})", of.source, short_name(file), of.day)),
    );
}

fn short_name(file: &PlanFile) -> String {
    let name = std::path::Path::new(&file.name).file_name();
    name.map_or_else(|| file.name.clone(), |name| name.to_string_lossy().into_owned())
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The lines of a table, to find again where something stands.
struct Lines(Vec<String>);

impl Lines {
    fn of(text: &[u8]) -> Self {
        Self(String::from_utf8_lossy(text).lines().map(str::to_lowercase).collect())
    }

    /// The first line that has this code and number, else this number; 0 when none has.
    fn with(&self, code: &str, number: Subject) -> usize {
        let (code, number) = (code.to_lowercase(), number.to_string());
        let first = |wanted: &dyn Fn(&str) -> bool| self.0.iter().position(|line| wanted(line));
        let both = first(&|line| line.contains(&code) && line.contains(&number));
        both.or_else(|| first(&|line| line.contains(&number))).map_or(0, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kle::Register;

    use super::*;

    fn plan() -> SubjectPlan {
        let tables = [
            "number\ttitle\tvalid_from\tvalid_to\n09\tTang\n09.10\tTang\n09.10.04\tGammel\t\t2023-02-01\n\
             09.10.08\tNy\t2023-02-01\n09.10.12\tSlut\t\t2023-02-01\n",
            "old_number\tnew_number\n09.10.04\t09.10.08\n",
        ];
        let parts = tables.iter().map(|table| kle::import(table.as_bytes()).expect("a table")).collect();
        let register = Register::build(parts, None, None).0;
        SubjectPlan { number: 1, edition: String::new(), label: None, dated: date(2024, 1, 1), register }
    }

    fn of<'a>(list: &'a str) -> Provenance<'a> {
        Provenance { list, source: "Kilden \"her\"", day: date(2026, 11, 21) }
    }

    fn table(text: &str) -> PlanFile {
        PlanFile { name: "mappe/t.csv".into(), bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn numbers_are_written_as_they_stand_today_and_every_doubt_has_its_line() {
        let file = table(
            "Kode;KLE\nM-1;09.10.04\nM-2;09.10.08;\nM-3;09.10.12\nM-4;09.55.04\nM-5;Ikke i KLE\nM-6;9\n",
        );
        let written = written(&file, &of("Regionsemne"), Some(&plan())).expect("a table");
        assert_eq!((written.rows, written.without), (3, 3));
        assert_eq!(
            written.remarks,
            [
                "mappe/t.csv:2: KLE 09.10.04 er udgået; 09.10.08 er skrevet i stedet",
                "mappe/t.csv:4: KLE 09.10.12 er udgået uden én afløser; nummeret er beholdt",
                "mappe/t.csv:5: KLE 09.55.04 findes ikke i emneplanen og er udeladt",
                "mappe/t.csv:7: nummeret kan ikke læses, og rækken er udeladt",
            ]
        );
        let read: toml::Table = written.text.parse().expect("TOML");
        let rows = read["crosswalk"].as_array().expect("rows");
        assert_eq!(rows[0]["code"].as_str(), Some("m-1"));
        assert_eq!(rows[0]["kle"].as_array().map(Vec::len), Some(1));
        assert!(
            rows[0]["source"]
                .as_str()
                .is_some_and(|source| source.starts_with("Kilden \"her\"; t.csv, 2026-11-21"))
        );
        assert!(written.text.starts_with(HEAD));
    }

    #[test]
    fn without_a_plan_the_numbers_stand_and_the_file_says_so() {
        let written = written(&table("form;kle\n02.05;09.55.04\n"), &of("FORM"), None).expect("a table");
        assert!(written.remarks.is_empty() && written.text.contains("09.55.04"), "{}", written.text);
        assert!(written.text.contains("ikke efterprøvet"), "{}", written.text);
        assert!(super::written(&table("a;b\n1;2\n"), &of("FORM"), None).is_err());
    }
}
