//! Scanned sheets of a PDF: their pictures, as files that character recognition reads.
//!
//! Nothing is decoded that need not be: JPEG, JPEG 2000 and fax are handed on as they lie there, fax with a head that says
//! what it is. Only what PDF packs in its own way is unpacked. JBIG2 and colour tables are left alone.

use pdf_extract::{Dictionary, Document, Object, ObjectId, Stream};

/// Fewer pixels than this, across or in all, are a logo or a signature.
const LEAST: (u32, u64) = (300, 120_000);
/// More are no sheet of paper: 1200 dots an inch on A3 in grey.
const MOST: u64 = 80_000_000;

/// How far up a sheet's resources are looked for.
const HIGHEST: usize = 16;

/// The pictures of a sheet, in the order of its resources: its own, else those of the part of the document it is in.
pub(super) fn pictures(document: &Document, sheet: ObjectId) -> Vec<Vec<u8>> {
    let own = document.get_dictionary(sheet).ok();
    let mut parts = std::iter::successors(own, |part| dictionary(document, part, b"Parent")).take(HIGHEST);
    let resources = parts.find_map(|part| dictionary(document, part, b"Resources"));
    let named = resources.and_then(|resources| dictionary(document, resources, b"XObject"));
    let objects = named.into_iter().flat_map(|named| named.iter().map(|(_, object)| object));
    let streams = objects.filter_map(|object| document.dereference(object).ok()?.1.as_stream().ok());
    streams.filter_map(|stream| picture(document, stream)).collect()
}

fn picture(document: &Document, stream: &Stream) -> Option<Vec<u8>> {
    let dict = &stream.dict;
    if found(document, dict, b"Subtype")?.as_name().ok()? != b"Image" {
        return None;
    }
    let [width, height] = [b"Width".as_slice(), b"Height"].map(|key| number(document, dict, key));
    let size = (u32::try_from(width?).ok()?, u32::try_from(height?).ok()?);
    let pixels = u64::from(size.0) * u64::from(size.1);
    if size.0 < LEAST.0 || !(LEAST.1..=MOST).contains(&pixels) {
        return None;
    }
    match filters(document, dict).as_slice() {
        [b"DCTDecode" | b"JPXDecode"] => Some(stream.content.clone()),
        [b"CCITTFaxDecode"] => fax(document, stream, size),
        [] | [b"FlateDecode" | b"LZWDecode"] => bitmap(document, stream, size),
        _ => None,
    }
}

/// A fax with the head of a TIFF.
fn fax(document: &Document, stream: &Stream, (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let how = parameters(document, &stream.dict);
    let told = |key: &[u8]| how.and_then(|how| number(document, how, key));
    let yes = |key: &[u8]| how.and_then(|how| found(document, how, key)?.as_bool().ok()).unwrap_or(false);
    if yes(b"EncodedByteAlign") {
        return None;
    }
    let kind = told(b"K").unwrap_or(0);
    let width = told(b"Columns").map_or(Some(width), |columns| u32::try_from(columns).ok())?;
    let negative = yes(b"BlackIs1") != is_negative(document, &stream.dict);
    let length = u32::try_from(stream.content.len()).ok()?;
    const ENTRIES: u16 = 10;
    let data = 8 + 2 + u32::from(ENTRIES) * 12 + 4;
    let (short, long) = (3_u16, 4_u16);
    let entries: [(u16, u16, u32); ENTRIES as usize] = [
        (256, long, width),
        (257, long, height),
        (258, short, 1),
        (259, short, if kind < 0 { 4 } else { 3 }),
        (262, short, u32::from(negative)),
        (273, long, data),
        (277, short, 1),
        (278, long, height),
        (279, long, length),
        (292, long, u32::from(kind > 0)),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend(ENTRIES.to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()));
        file.extend(1_u32.to_le_bytes().into_iter().chain(value.to_le_bytes()));
    }
    file.extend([0; 4]);
    file.extend_from_slice(&stream.content);
    Some(file)
}

/// What PDF packed itself, as a portable bitmap.
fn bitmap(document: &Document, stream: &Stream, (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let dict = &stream.dict;
    let mask = found(document, dict, b"ImageMask").is_some_and(|mask| mask.as_bool().unwrap_or(false));
    let bits = if mask { 1 } else { number(document, dict, b"BitsPerComponent")? };
    let colours = if mask { 1 } else { colours(document, found(document, dict, b"ColorSpace")?)? };
    let row = (u64::from(width) * colours * u64::try_from(bits).ok()?).div_ceil(8);
    let kind = match (bits, colours) {
        (1, 1) => "P4",
        (8, 1) => "P5",
        (8, 3) => "P6",
        _ => return None,
    };
    let mut pixels = stream.decompressed_content().ok()?;
    let all = usize::try_from(row * u64::from(height)).ok()?;
    if pixels.len() < all {
        return None;
    }
    pixels.truncate(all);
    // In a portable bitmap of one bit, a 1 is black.
    if (bits == 1) != is_negative(document, dict) {
        pixels.iter_mut().for_each(|byte| *byte = !*byte);
    }
    let head = if bits == 1 {
        format!("{kind}\n{width} {height}\n")
    } else {
        format!("{kind}\n{width} {height}\n255\n")
    };
    Some([head.into_bytes(), pixels].concat())
}

/// How many numbers a pixel has; nothing for colours that are not told by grey or by red, green and blue.
fn colours(document: &Document, space: &Object) -> Option<u64> {
    let of_name = |name: &[u8]| match name {
        b"DeviceGray" | b"CalGray" | b"G" => Some(1),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(3),
        _ => None,
    };
    match space {
        Object::Name(name) => of_name(name),
        Object::Array(parts) => match parts.first()?.as_name().ok()? {
            b"ICCBased" => {
                let profile = document.dereference(parts.get(1)?).ok()?.1.as_stream().ok()?;
                u64::try_from(number(document, &profile.dict, b"N")?).ok()
            }
            name => of_name(name),
        },
        _ => None,
    }
}

/// Does the picture say that its colours are turned round?
fn is_negative(document: &Document, dict: &Dictionary) -> bool {
    let decode = found(document, dict, b"Decode").and_then(|decode| decode.as_array().ok());
    let first = decode.and_then(|decode| decode.first());
    first.is_some_and(|first| first.as_float().is_ok_and(|first| first > 0.5))
}

fn filters<'a>(document: &'a Document, dict: &'a Dictionary) -> Vec<&'a [u8]> {
    match found(document, dict, b"Filter") {
        Some(Object::Name(name)) => vec![name],
        Some(Object::Array(names)) => names.iter().filter_map(|name| name.as_name().ok()).collect(),
        _ => Vec::new(),
    }
}

/// What the only filter is told.
fn parameters<'a>(document: &'a Document, dict: &'a Dictionary) -> Option<&'a Dictionary> {
    match found(document, dict, b"DecodeParms")? {
        Object::Dictionary(how) => Some(how),
        Object::Array(all) => document.dereference(all.first()?).ok()?.1.as_dict().ok(),
        _ => None,
    }
}

fn found<'a>(document: &'a Document, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    Some(document.dereference(dict.get(key).ok()?).ok()?.1)
}

fn number(document: &Document, dict: &Dictionary, key: &[u8]) -> Option<i64> {
    found(document, dict, key)?.as_i64().ok()
}

fn dictionary<'a>(document: &'a Document, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    found(document, dict, key)?.as_dict().ok()
}
