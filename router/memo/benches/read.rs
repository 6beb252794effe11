//! Reading, against what limits it: `cargo bench -p memo`. The peers are in `tests/peers`, run by `tests/peers/read.sh`.

#[allow(unreachable_pub, dead_code, reason = "shared with the example that writes the input for the peers")]
mod input;

use std::hint::black_box;
use std::io;

use base64_simd::{AsOut, STANDARD};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use memo::{ContentPlace, Contents};

use crate::input::Input;

/// Bytes that the limit decodes at a time; the reader takes as many.
const PIECE: usize = 64 * 1024;

/// Looks at what comes, so that no decoding can be left out, and keeps nothing.
struct Glance(u64);

impl Contents for Glance {
    fn begin(&mut self, _: &ContentPlace) -> io::Result<()> {
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0 += bytes.len() as u64;
        black_box(bytes);
        Ok(())
    }

    fn end(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
}

fn large(c: &mut Criterion) {
    let input = Input::named("large").expect("the input has a name");
    let base64 = STANDARD.encode_to_string(&input.contents[0]).into_bytes();
    let xml = input.xml().expect("memory can be written to");
    drop(input);
    let mut group = c.benchmark_group("large");
    group.sample_size(20).throughput(Throughput::Bytes(xml.len() as u64));
    group.bench_function("limit", |b| {
        let mut bytes = vec![0; PIECE / 4 * 3];
        b.iter(|| {
            let mut size = 0;
            for piece in base64.chunks(PIECE) {
                let decoded = STANDARD.decode(piece, bytes.as_mut_slice().as_out()).expect("it is base64");
                size += black_box(decoded).len();
            }
            size
        });
    });
    group.bench_function("read", |b| {
        b.iter(|| {
            let mut sink = Glance(0);
            let reading = memo::read(xml.as_slice(), &mut sink).expect("it is memo");
            (reading.message.version.len(), sink.0)
        });
    });
    group.finish();
}

fn small(c: &mut Criterion) {
    for name in ["letter", "marks"] {
        let xml = Input::named(name).and_then(|input| input.xml().ok()).expect("the input has a name");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(xml.len() as u64));
        group.bench_function("read", |b| {
            b.iter(|| memo::read(black_box(xml.as_slice()), &mut Glance(0)).expect("it is memo"));
        });
        group.finish();
    }
}

criterion_group!(benches, large, small);
criterion_main!(benches);
