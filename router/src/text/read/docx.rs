//! Word since 2007: the runs of its main part. Deleted and hidden text, field codes and pictures are left out, and so are the
//! heads and feet, which stand in parts of their own.

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;
use super::archive::Archive;
use super::xml::{self, Piece};

/// Where in a document the walk is.
#[derive(Default)]
struct Place {
    /// Open runs: what stands outside is layout.
    runs: usize,
    /// Inside an element of text.
    in_text: bool,
    /// The run is hidden.
    hidden: bool,
    /// Open fallbacks, which repeat what was read before.
    fallbacks: usize,
}

/// Puts the text of a Word document on the page.
pub(super) fn read(bytes: &[u8], page: &mut Page) -> Read {
    let mut archive = Archive::open(bytes)?;
    let main = archive.main_part()?.unwrap_or_else(|| "word/document.xml".to_owned());
    let Some(part) = archive.part(&main)? else { return Err(Stop::Because(Remark::Damaged)) };
    let mut place = Place::default();
    xml::walk(part, page, |piece, page| match piece {
        Piece::Start("Fallback", _) => {
            place.fallbacks += 1;
            Ok(())
        }
        Piece::End("Fallback") => {
            place.fallbacks = place.fallbacks.saturating_sub(1);
            Ok(())
        }
        _ if place.fallbacks > 0 => Ok(()),
        piece => place.take(piece, page),
    })
}

impl Place {
    fn take(&mut self, piece: Piece<'_>, page: &mut Page) -> Read {
        match piece {
            Piece::Start("r", _) => {
                self.runs += 1;
                self.hidden = false;
            }
            Piece::End("r") => {
                self.runs = self.runs.saturating_sub(1);
                self.hidden = false;
            }
            Piece::Start("vanish", start) => {
                let off =
                    start.attributes().flatten().any(|value| matches!(&*value.value, "0" | "false" | "off"));
                self.hidden = self.runs > 0 && !off;
            }
            Piece::Start("t", _) => self.in_text = true,
            Piece::End("t") => self.in_text = false,
            Piece::Text(text) if self.in_text && !self.hidden => return page.put(text),
            Piece::Start("tab", _) if self.runs > 0 => return page.put("\t"),
            Piece::Start("br" | "cr", _) if self.runs > 0 => return page.put("\n"),
            Piece::Start("noBreakHyphen", _) => return page.put("-"),
            Piece::End("p") => return page.end_line(),
            _ => {}
        }
        Ok(())
    }
}
