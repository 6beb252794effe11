//! The draft as a Word document (Office Open XML), to be finished in a word processor. Headings and tables are real ones, so
//! that a screen reader finds its way.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::{Draft, Part};

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

const OF_DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/><w:lang w:val="da-DK"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style></w:styles>"#;

/// The draft as the bytes of a Word document.
pub fn docx(draft: &Draft) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let document = document(draft);
    for (name, text) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("word/document.xml", document.as_str()),
        ("word/_rels/document.xml.rels", OF_DOCUMENT),
        ("word/styles.xml", STYLES),
    ] {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn document(draft: &Draft) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>",
    );
    paragraph(&mut xml, "<w:pStyle w:val=\"Heading1\"/>", draft.title);
    for section in &draft.sections {
        let page = if section.apart { "<w:pageBreakBefore/>" } else { "" };
        paragraph(&mut xml, &format!("<w:pStyle w:val=\"Heading2\"/>{page}"), section.heading);
        section.parts.iter().for_each(|one| part(&mut xml, one));
    }
    xml.push_str("<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>");
    xml
}

fn part(xml: &mut String, part: &Part) {
    match part {
        Part::Text(text) => paragraph(xml, "", text),
        Part::List(lines) => {
            lines.iter().for_each(|line| paragraph(xml, "<w:ind w:left=\"360\"/>", &format!("– {line}")))
        }
        Part::Table(caption, head, rows) => {
            paragraph(xml, "<w:keepNext/>", caption);
            table(xml, head, rows);
        }
        Part::Field(label, guidance) => {
            paragraph(xml, "<w:keepNext/>", label);
            paragraph(xml, "<w:keepNext/>", &format!("({guidance})"));
            table(xml, &[], &[vec![String::new()]]);
        }
    }
}

fn paragraph(xml: &mut String, properties: &str, text: &str) {
    xml.push_str("<w:p>");
    if !properties.is_empty() {
        xml.push_str("<w:pPr>");
        xml.push_str(properties);
        xml.push_str("</w:pPr>");
    }
    xml.push_str("<w:r><w:t xml:space=\"preserve\">");
    escape(xml, text);
    xml.push_str("</w:t></w:r></w:p>");
}

fn table(xml: &mut String, head: &[&str], rows: &[Vec<String>]) {
    const BORDERS: &str = "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders><w:top w:val=\"single\" w:sz=\"4\"/><w:left w:val=\"single\" w:sz=\"4\"/><w:bottom w:val=\"single\" w:sz=\"4\"/><w:right w:val=\"single\" w:sz=\"4\"/><w:insideH w:val=\"single\" w:sz=\"4\"/><w:insideV w:val=\"single\" w:sz=\"4\"/></w:tblBorders></w:tblPr><w:tblGrid>";
    xml.push_str(BORDERS);
    let columns = head.len().max(rows.first().map_or(1, Vec::len));
    (0..columns).for_each(|_| xml.push_str("<w:gridCol/>"));
    xml.push_str("</w:tblGrid>");
    if !head.is_empty() {
        xml.push_str("<w:tr><w:trPr><w:tblHeader/></w:trPr>");
        head.iter().for_each(|cell| self::cell(xml, cell));
        xml.push_str("</w:tr>");
    }
    for row in rows {
        xml.push_str("<w:tr>");
        row.iter().for_each(|cell| self::cell(xml, cell));
        xml.push_str("</w:tr>");
    }
    // Word wants a paragraph between two tables.
    xml.push_str("</w:tbl><w:p/>");
}

fn cell(xml: &mut String, text: &str) {
    xml.push_str("<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/></w:tcPr>");
    paragraph(xml, "", text);
    xml.push_str("</w:tc>");
}

fn escape(xml: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            // XML has no way to write most control characters.
            letter if letter.is_control() => xml.push(' '),
            letter => xml.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::Section;
    use super::*;

    #[test]
    fn the_document_holds_what_the_draft_says_and_no_name_can_break_it() {
        let table = Part::Table("Hvem", vec!["Enhed"], vec![vec!["Byg & <Miljø>\u{1}".into()]]);
        let parts = vec![Part::Text("Ærø".into()), table, Part::Field("Risiko", "Se på alt")];
        let sections = vec![Section { heading: "1. Hvad", parts, apart: true }];
        let bytes = docx(&Draft { title: "Udkast", sections }).expect("an archive");
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
        let mut text = String::new();
        archive.by_name("word/document.xml").expect("the part").read_to_string(&mut text).expect("UTF-8");
        for said in
            ["Ærø", "Byg &amp; &lt;Miljø&gt; ", "pageBreakBefore", "(Se på alt)", "Heading1", "tblHeader"]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert_eq!(text.matches("<w:tr>").count(), 3, "a head, a row and a field: {text}");
        for element in ["tbl", "tr", "tc", "r"] {
            let count = |mark: String| text.matches(mark.as_str()).count();
            assert_eq!(count(format!("<w:{element}>")), count(format!("</w:{element}>")), "{element}");
        }
    }
}
