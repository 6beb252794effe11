//! Our side of the comparison in `tests/peers/read.sh`, timed pass by pass as the peers time themselves.
//!
//! `measure write large|letter|marks FILE` writes one of the messages that are measured; `measure read FILE SECONDS` and
//! `measure limit SECONDS` print the microseconds of the median pass: of reading a message, and of nothing but decoding
//! the Base64 of the large one.

#[allow(unreachable_pub, dead_code, reason = "shared with the bench")]
#[path = "../benches/input/mod.rs"]
mod input;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use base64_simd::{AsOut, STANDARD};
use input::Input;
use memo::Discard;

/// Bytes that the limit decodes at a time; the reader takes as many.
const PIECE: usize = 64 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", name, file] => {
            let message = Input::named(name).ok_or("there is no such message")?;
            std::fs::write(file, message.xml()?)?;
        }
        ["read", file, seconds] => {
            let message = std::fs::read(file)?;
            let median = median(seconds.parse()?, || {
                memo::read(black_box(message.as_slice()), &mut Discard)
                    .map(|reading| drop(black_box(reading)))
            })?;
            println!("{median:.1}");
        }
        ["limit", seconds] => {
            let message = Input::named("large").ok_or("there is no such message")?;
            let base64 = STANDARD.encode_to_string(&message.contents[0]).into_bytes();
            let mut bytes = vec![0; PIECE / 4 * 3];
            let median = median(seconds.parse()?, || {
                base64.chunks(PIECE).try_for_each(|piece| {
                    STANDARD
                        .decode(piece, bytes.as_mut_slice().as_out())
                        .map(|decoded| assert!(!black_box(decoded).is_empty()))
                })
            })?;
            println!("{median:.1}");
        }
        _ => return Err("usage: measure write NAME FILE | read FILE SECONDS | limit SECONDS".into()),
    }
    Ok(())
}

/// Microseconds of the median pass.
fn median<E>(seconds: f64, mut pass: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while Instant::now() < end || times.len() < 5 {
        let start = Instant::now();
        pass()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
